"""A hub for one class in one container: a name, and a word for all. See docs/container.md.

All pupils are one user of the system, who is not root: they can read each other's files, if they look for them.
"""

import asyncio
import os
import sys
from pathlib import Path

from lenproto.lessons import laid, laying, shipped

PASSWORD = "LENPROTO_PASSWORD"
LEAST = 8  # letters; the hub asks for them, too
HOME = Path(
    os.environ.get("LENPROTO_CLASS") or Path.home()
)  # what is kept when the container is a newer one
PUPILS = HOME / "pupils"

c = get_config()  # noqa: F821  JupyterHub gives it
load_subconfig(str(Path(__file__).parents[1] / "hub" / "jupyterhub_config.py"))  # noqa: F821  likewise
choose_a_port = c.Spawner.pre_spawn_hook

if len(os.environ.get(PASSWORD, "")) < LEAST:
    sys.exit(f"{PASSWORD} has to be the word that lets the class in, of {LEAST} letters at least.")

c.JupyterHub.bind_url = "http://0.0.0.0:8000"
c.JupyterHub.db_url = f"sqlite:///{HOME / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(HOME / "hub.cookie")
c.ConfigurableHTTPProxy.pid_file = str(HOME / "proxy.pid")

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ[PASSWORD]
c.Authenticator.allow_all = True
c.Authenticator.username_pattern = r"\w[\w-]{0,39}\Z"  # the name of a folder, too: in any alphabet

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(PUPILS / "{username}")
c.Spawner.default_url = f"/lab/tree/{laid.FOLDER}/{shipped.FIRST}"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120  # a whole class comes at once
c.Spawner.environment["LENPROTO_LANGUAGE"] = os.environ.get("LENPROTO_LANGUAGE") or "en"


async def let_in(spawner):
    """Give a pupil a folder with the lessons, or with the newer ones and what was written in the older; and a port."""
    folder = PUPILS / spawner.user.name / laid.FOLDER
    of = os.environ.get("LENPROTO_LANGUAGE")
    of = of if of in shipped.languages() else "en"
    await asyncio.to_thread(lambda: list(laying.lay(folder, laid.load(folder).language or of)))
    choose_a_port(spawner)


c.Spawner.pre_spawn_hook = let_in
