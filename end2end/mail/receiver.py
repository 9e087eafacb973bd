"""A mail server for tests: takes mail on a port of its own, and prints each as a line of JSON.

Arguments: `user:password` where it asks for an account (without TLS, as loopback allows).
A recipient whose name begins with `slow` is answered late, `full` for now never, and `gone` never at all.
"""

import asyncio
import json
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Receiver:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("full"):
            return "452 4.2.2 the mailbox is full"
        if address.startswith("gone"):
            return "550 5.1.1 nobody of this name is here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        text = envelope.content.decode("ascii")
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "text": text}), flush=True)
        if envelope.rcpt_tos[0].startswith("slow"):
            await asyncio.sleep(30)
        return "250 taken"


def authenticator(account):
    def check(server, session, envelope, mechanism, data):
        given = isinstance(data, LoginPassword) and b":".join([data.login, data.password]).decode()
        return AuthResult(success=given == account)

    return check


async def main():
    account = sys.argv[1] if len(sys.argv) > 1 else None
    options = {"hostname": "mail.test", "enable_SMTPUTF8": False}
    if account:
        options.update(authenticator=authenticator(account), auth_required=True, auth_require_tls=False)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Receiver(), **options), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    # It ends with whoever started it.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
