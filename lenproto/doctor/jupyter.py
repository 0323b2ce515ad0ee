"""Where JupyterLab looks for what is installed."""

from collections.abc import Sequence
from pathlib import Path


def places(kind: str) -> Sequence[Path]:
    """Return the folders of one kind, such as "kernels", the first that counts before the others.

    There are none where the package that knows them is not there: that it is missing is told elsewhere.
    """
    try:
        from jupyter_core.paths import jupyter_path
    except ImportError:
        return []
    return [Path(each) for each in jupyter_path(kind)]


def users() -> Path:
    """Return the folder in which a person's own kernels are."""
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir(), "kernels")
