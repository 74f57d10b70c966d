"""A next hop that takes all mail: one file per message below FOLDER. usage: next-hop.py PORT FOLDER"""
import os
import signal
import socket
import sys

port, folder = int(sys.argv[1]), sys.argv[2]


def talk(stream):
    number = 0
    stream.write(b"220 next.example.org ESMTP\r\n")
    for line in stream:
        verb = line[:4].upper()
        if verb == b"DATA":
            stream.write(b"354 go on\r\n")
            number += 1
            path = f"{folder}/{os.getpid()}.{number}"
            with open(path + ".part", "wb") as file:
                for content in stream:
                    if content == b".\r\n":
                        break
                    file.write(content)
            os.rename(path + ".part", path)
        stream.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
        if verb == b"QUIT":
            return


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen(64)
while True:
    connection, _ = listener.accept()
    if os.fork():
        connection.close()
        continue
    try:
        talk(connection.makefile("rwb", 0))
    except ConnectionError as error:
        print(f"next hop: {error}", file=sys.stderr)  # such as of a relay that was killed
    os._exit(0)
