"""Lists what `sam local` finds in a template. Executed by sam's own Python: `python sam_inventory.py TEMPLATE`.

Prints `{"functions": {full path: {"code": …, "layers": [code, …]}}, "stacks": [full path, …]}` as json; code paths are
absolute.
"""

from __future__ import annotations

import importlib
import json
import os
import sys


def main() -> None:
    """Read the template as `sam local invoke` does, and print its functions."""
    stack_provider = importlib.import_module("samcli.lib.providers.sam_stack_provider").SamLocalStackProvider
    function_provider = importlib.import_module("samcli.lib.providers.sam_function_provider").SamFunctionProvider
    stacks, _remote = stack_provider.get_stacks(sys.argv[1])
    functions = {
        function.full_path: {
            "code": os.path.abspath(function.codeuri),
            "layers": [os.path.abspath(layer.codeuri) for layer in function.layers],
        }
        for function in function_provider(stacks).get_all()
    }
    print(json.dumps({"functions": functions, "stacks": [stack.stack_path for stack in stacks]}))


if __name__ == "__main__":
    main()
