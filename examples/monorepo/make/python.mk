# For every Python folder of the shop. A Makefile reaches this file by $(dir $(lastword $(MAKEFILE_LIST))), its own place among
# the sources: make runs in a copy of the function's folder, from where ../.. leads elsewhere.
PYTHON ?= python3

# Code of a layer is run from the artifact directory of that layer, which must stay as it was built.
export PYTHONDONTWRITEBYTECODE := 1

define install-python
cp *.py "$(ARTIFACTS_DIR)/"
endef
