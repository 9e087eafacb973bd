"""A model on loopback that says what a test has written down, to clients of Anthropic and OpenAI."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
LAST_WORD = "done"


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool."""

    id: str
    name: str
    input: Json


@dataclass(frozen=True)
class Turn:
    """One answer: calls of tools, else text."""

    text: str = LAST_WORD
    calls: tuple[ToolCall, ...] = ()
    before: Callable[[], object] | None = None
    """What happens while the model thinks."""


class ScriptedModel:
    """Takes one turn for each request that offers tools, and says "done" afterwards."""

    def __init__(self) -> None:
        self.turns: deque[Turn] = deque()
        self.requests: list[Json] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def calls(
        self, ident: str, name: str, arguments: Json, before: Callable[[], object] | None = None
    ) -> None:
        """The model's next turn: a call of one tool."""
        self.turns.append(Turn(calls=(ToolCall(ident, name, arguments),), before=before))

    def says(self, text: str) -> None:
        """The model's next turn: text."""
        self.turns.append(Turn(text))

    def calls_at_once(self, *calls: ToolCall) -> None:
        """The model's next turn: several calls."""
        self.turns.append(Turn(calls=calls))

    def forget(self) -> None:
        """Begins anew."""
        with self._lock:
            self.turns.clear()
            self.requests.clear()

    def read(self) -> str:
        """All that the model was last told, as text."""
        with self._lock:
            return json.dumps(self.requests[-1], ensure_ascii=False) if self.requests else ""

    def environment(self) -> dict[str, str]:
        """How clients of OpenAI find it."""
        return {"OPENAI_BASE_URL": f"{self.url}/v1", "OPENAI_API_KEY": "sk-of-no-use"}

    def close(self) -> None:
        """Stops it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, request: Json) -> tuple[str, str] | None:
        """The media type and text of an answer."""
        if path == "/v1/messages/count_tokens":
            return "application/json", json.dumps({"input_tokens": 1})
        speak = {
            "/v1/messages": _anthropic,
            "/v1/chat/completions": _completion,
            "/v1/responses": _response,
        }.get(path)
        if speak is None:
            return None
        turn = self._next(request)
        if turn.before:
            turn.before()
        answer = speak(turn, str(request.get("model")))
        if request.get("stream"):
            assert path == "/v1/messages", "only this one streams"
            return "text/event-stream", _streamed(answer)
        return "application/json", json.dumps(answer)

    def _next(self, request: Json) -> Turn:
        """Requests without tools are a client's own, such as for a title, and take no turn."""
        with self._lock:
            if not request.get("tools"):
                return Turn()
            self.requests.append(request)
            return self.turns.popleft() if self.turns else Turn()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = model.answer(self.path.split("?")[0], json.loads(body))
                kind, text = answer or (
                    "application/json",
                    json.dumps({"error": {"message": "not here"}}),
                )
                self.send_response(200 if answer else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def do_HEAD(self) -> None:
                self.send_response(404)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler


def _anthropic(turn: Turn, model: str) -> Json:
    calls = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": call.input}
        for call in turn.calls
    ]
    return {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": calls or [{"type": "text", "text": turn.text}],
        "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def _streamed(message: Json) -> str:
    """A message of Anthropic's as the events a client puts it together from."""
    events: list[Json] = [
        {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}
    ]
    for index, block in enumerate(message["content"]):
        is_text = block["type"] == "text"
        empty = {**block, "text": ""} if is_text else {**block, "input": {}}
        delta = (
            {"type": "text_delta", "text": block["text"]}
            if is_text
            else {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        )
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 1}})
    events.append({"type": "message_stop"})
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)


def _completion(turn: Turn, model: str) -> Json:
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(call.input)},
        }
        for call in turn.calls
    ]
    message: Json = {"role": "assistant", "content": None if calls else turn.text}
    if calls:
        message["tool_calls"] = calls
    return {
        "id": "chatcmpl_scripted",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _response(turn: Turn, model: str) -> Json:
    text = {"type": "output_text", "text": turn.text, "annotations": []}
    said = {
        "type": "message",
        "id": "msg_1",
        "status": "completed",
        "role": "assistant",
        "content": [text],
    }
    calls = [
        {
            "type": "function_call",
            "id": f"fc_{call.id}",
            "call_id": call.id,
            "name": call.name,
            "arguments": json.dumps(call.input),
            "status": "completed",
        }
        for call in turn.calls
    ]
    details = {"cached_tokens": 0}, {"reasoning_tokens": 0}
    return {
        "id": "resp_scripted",
        "object": "response",
        "created_at": 0,
        "model": model,
        "status": "completed",
        "output": calls or [said],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 1,
            "input_tokens_details": details[0],
            "output_tokens": 1,
            "output_tokens_details": details[1],
            "total_tokens": 2,
        },
    }
