"""level: spec
mistake: none-on-failure
Returns None where there is no contact, not False.
"""

import socket


def initial_contact(ip, port):
    # יצירת סוקט של הלקוח
    my_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        my_socket.connect((ip, port))
        # לחיצת יד
        my_socket.sendall("Hi".encode())
        answer = b""
        while len(answer) < 48:
            piece = my_socket.recv(48 - len(answer))
            if piece == b"":
                my_socket.close()
                print("השרת סגר")
                return
            answer += piece
    except Exception as e:
        my_socket.close()
        print("אין קשר:", e)
        return
    answer = answer.decode("ascii", "replace")
    print("השרת אומר:", answer)
    return True, answer, my_socket
