"""The kernel {{name}}: says how long texts are."""

from messages import Request, Response

texts = 0
"""What is kept outside of the function lives as long as the kernel."""


def serve(message):
    """A loop calls this with each message; under the name ``handle`` it is a handler."""
    global texts
    request = message.read(Request)
    texts += 1
    return Response(characters=len(request.text), texts=texts)
