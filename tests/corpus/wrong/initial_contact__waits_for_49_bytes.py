"""level: spec
mistake: waits-for-49-bytes
Waits for 49 bytes where 48 come.
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
        while len(answer) < 49:
            piece = my_socket.recv(49 - len(answer))
            if piece == b"":
                my_socket.close()
                print("השרת סגר")
                return False
            answer += piece
    except Exception as e:
        my_socket.close()
        print("אין קשר:", e)
        return False
    answer = answer.decode("ascii", "replace")
    print("השרת אומר:", answer)
    return True, answer, my_socket
