"""A function with a mistake for each of the five: by them lessons 7 and 8 show how a verdict is read."""

from lenproto.exercises.functions.check_client.sample import greedy_check_client
from lenproto.exercises.functions.initial_contact.sample import hopeful_contact
from lenproto.exercises.functions.initial_listen.sample import swallowing_listen
from lenproto.exercises.functions.send_requests.sample import trusting_requests
from lenproto.exercises.functions.serve_requests.sample import serve_with_a_newline

__all__ = [
    "greedy_check_client",
    "hopeful_contact",
    "serve_with_a_newline",
    "swallowing_listen",
    "trusting_requests",
]
