"""unsafe: name-is-no-function
functions: initial_listen
The name is there, but what it names is a text.
"""

initial_listen = "TODO"
