"""What lenproto's lessons need of a JupyterHub. See docs/hub.md.

What a school has of its own, who may log in and where servers run, stands in a file that begins with this one:

    load_subconfig("…/docs/hub/jupyterhub_config.py")
    c.JupyterHub.authenticator_class = …
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = Path(sys.executable).parent  # of the one environment for all, with lenproto[lab] in it

c = get_config()  # noqa: F821  JupyterHub gives it
c.JupyterHub.cleanup_servers = True

c.Spawner.cmd = [str(PROGRAMS / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    # `lenproto` in a pupil's terminal is the one of this environment
    "PATH": os.pathsep.join([str(PROGRAMS), os.defpath]),
    # labconfig/: JupyterLab does not ask each pupil whether it may fetch news, and fetches none
    "JUPYTER_CONFIG_PATH": str(HERE),
}
c.Spawner.args = [
    # Python behind a page that nobody looks at ends after an hour, and gives its memory back
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--MappingKernelManager.cull_interval=300",
]
