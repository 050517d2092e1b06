"""Every parity case."""

from __future__ import annotations

from tests.parity import (
    cases_again,
    cases_config,
    cases_directories,
    cases_failures,
    cases_foreach,
    cases_functions,
    cases_layers,
    cases_make,
    cases_nested,
    cases_output,
    cases_paths,
    cases_selection,
    cases_sources,
    cases_template,
    cases_values,
)

CASES = (
    *cases_template.CASES,
    *cases_values.CASES,
    *cases_paths.CASES,
    *cases_directories.CASES,
    *cases_sources.CASES,
    *cases_make.CASES,
    *cases_functions.CASES,
    *cases_layers.CASES,
    *cases_nested.CASES,
    *cases_selection.CASES,
    *cases_output.CASES,
    *cases_config.CASES,
    *cases_failures.CASES,
    *cases_again.CASES,
    *cases_foreach.CASES,
)
