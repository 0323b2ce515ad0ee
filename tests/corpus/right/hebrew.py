"""שמות, הערות והדפסות בעברית; שם השרת הוא שלום."""

import os
import random
import socket
from datetime import datetime

אורך_ברכה = 48
אורך_בקשה = 4
ברכה = "Shalom! TIME, NAME, RAND, EXIT".ljust(אורך_ברכה)


def קבל_בדיוק(סוקט, כמה):
    """מחזירה בדיוק כמה בתים, או פחות אם הצד השני סגר"""
    נתונים = b""
    while len(נתונים) < כמה:
        חלק = סוקט.recv(כמה - len(נתונים))
        if not חלק:
            break
        נתונים += חלק
    return נתונים


def initial_contact(ip, port):
    סוקט = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        סוקט.connect((ip, port))
        סוקט.sendall("Hi".encode())
        הודעה = קבל_בדיוק(סוקט, אורך_ברכה)
        if len(הודעה) < אורך_ברכה:
            raise OSError("השרת סגר לפני סוף הברכה")
        הודעה = הודעה.decode("ascii", "replace")
    except (OSError, OverflowError, ValueError) as בעיה:
        print("אין קשר עם השרת:", בעיה)
        סוקט.close()
        return False, "", None
    print("השרת אומר:", הודעה)
    return True, הודעה, סוקט


def send_requests(answer, client_socket):
    while answer:
        בקשה = input("מה לבקש? ")[:אורך_בקשה]
        if not בקשה.isascii():
            print("רק אותיות באנגלית")
            continue
        בקשה = בקשה.upper().ljust(אורך_בקשה)
        try:
            client_socket.sendall(בקשה.encode("ascii"))
            כותרת = קבל_בדיוק(client_socket, 4)
            if len(כותרת) < 4 or not כותרת.isdigit():
                print("השיחה הסתיימה")
                break
            אורך = int(כותרת)
            תשובה = קבל_בדיוק(client_socket, אורך)
        except OSError as בעיה:
            print("השיחה נקטעה:", בעיה)
            break
        if len(תשובה) < אורך:
            print("התשובה נקטעה באמצע")
            break
        print("תשובה:", תשובה.decode("utf-8", "replace"))
    client_socket.close()


def initial_listen(ip, port):
    סוקט_שרת = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            סוקט_שרת.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        סוקט_שרת.bind((ip, port))
        סוקט_שרת.listen()
    except OSError:
        סוקט_שרת.close()
        raise
    return סוקט_שרת


def check_client(server_socket):
    סוקט, כתובת = server_socket.accept()
    print("לקוח חדש:", כתובת)
    try:
        if קבל_בדיוק(סוקט, 2) != b"Hi":
            print("לחיצת יד לא נכונה")
            return סוקט, ""
        סוקט.sendall(ברכה.encode("ascii"))
        בקשה = קבל_בדיוק(סוקט, אורך_בקשה)
    except OSError:
        return סוקט, ""
    if len(בקשה) < אורך_בקשה:
        return סוקט, ""
    return סוקט, בקשה.decode("latin-1")


def serve_requests(request, client_socket):
    # לולאה אינסופית, עד EXIT או עד שהלקוח נעלם
    while True:
        if request == "EXIT" or request == "":
            break
        if request == "TIME":
            תשובה = datetime.now().strftime("השעה %H:%M:%S בתאריך %d/%m/%Y")
        elif request == "NAME":
            תשובה = "שלום"
        elif request == "RAND":
            תשובה = str(random.randint(1, 10))
        else:
            תשובה = "לא מכיר. אפשר לבקש TIME, NAME, RAND, EXIT"
        גוף = תשובה.encode("utf-8")  # האורך בבתים ולא בתווים
        try:
            client_socket.sendall(str(len(גוף)).zfill(4).encode() + גוף)
            נתונים = קבל_בדיוק(client_socket, אורך_בקשה)
        except OSError:
            break
        if len(נתונים) < אורך_בקשה:
            break
        request = נתונים.decode("latin-1")
    client_socket.close()  # מוכנים לקליינט הבא


def main():
    סוקט_שרת = initial_listen("127.0.0.1", 8820)
    while True:
        סוקט, בקשה = check_client(סוקט_שרת)
        serve_requests(בקשה, סוקט)


if __name__ == "__main__":
    main()
