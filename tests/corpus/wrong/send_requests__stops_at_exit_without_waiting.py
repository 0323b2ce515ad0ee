"""level: spec
mistake: stops-at-exit-without-waiting
Leaves right after sending EXIT, instead of waiting until the server ends the conversation.
"""

def recv_n(sock, n):
    """n בתים, או None אם השרת סגר"""
    data = b""
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            return None
        data += piece
    return data


def send_requests(answer, client_socket):
    while answer is not None and answer != "":
        # קלט מהמשתמש: 4 תווים, השאר לא מעניין
        request = input("מה לבקש? ")
        request = request[:4]
        if not request.isascii():
            print("רק אנגלית")
            continue
        request = request.upper()
        request = request + " " * (4 - len(request))
        try:
            client_socket.sendall(request.encode())
            if request == "EXIT":
                break
            length = recv_n(client_socket, 4)
            if length is None or not length.isdigit():
                break
            answer = recv_n(client_socket, int(length))
        except OSError:
            print("השרת נעלם")
            break
        if answer is None:
            break
        print(answer.decode("utf-8", "replace"))
        answer = "more"
    client_socket.close()
