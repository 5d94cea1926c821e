"""Pages that show what older versions of scikit-learn do not have are left out there."""

import importlib.util

collect_ignore = [] if importlib.util.find_spec("sklearn.callback") else ["guide/watching.md"]
