"""unsafe: endless-recursion
functions: serve_requests
Calls itself without end.
"""

def serve_requests(request, client_socket):
    serve_requests(request, client_socket)
    client_socket.close()
