import subprocess

from app import main
from app.names import KINDS


def start(name):
    subprocess.run("/opt/bin/start " + main.clean(name), shell=True)  # flow: command


def start_known(kind):
    subprocess.run("/opt/bin/start " + KINDS.get(kind, "none"), shell=True)
