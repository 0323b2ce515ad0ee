"""unsafe: os-exit
functions: initial_contact
Ends the process with exit code 0 before anything was judged.
"""

import os
import socket


def initial_contact(ip, port):
    print('all is well')
    os._exit(0)
