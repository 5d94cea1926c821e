"""Store the current results: ``python -m tests.renew_results``, run in the repository root.

Prints what changes. Commit the file together with the change that caused the difference.
"""

import sys

from tests.cases.results.configurations import CONFIGURATIONS
from tests.cases.results.figures import PATH, differences, figures_of, load, store

# Smaller changes are the rounding of another machine.
TOLD = 1e-7


def main():
    """Train every configuration and rewrite the file."""
    before = load() if PATH.exists() else {}
    found = {name: figures_of(each) for name, each in CONFIGURATIONS.items()}
    for name in sorted(found.keys() ^ before.keys()):
        print(f"{name}: {'new' if name in found else 'gone'}")
    for name in sorted(found.keys() & before.keys()):
        for words in differences(found[name], before[name], TOLD):
            print(f"{name}: {words}")
    store(found)
    print(f"{PATH}: {len(found)} results")
    return 0


if __name__ == "__main__":
    sys.exit(main())
