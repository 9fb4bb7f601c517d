"""Calls the daemon with an official SDK, as its users would, and checks what they would see.

    clients.py anthropic|openai SOCKET KEY MODEL scripted|real

`scripted` expects the stand-in of the tests behind MODEL, whose words are known; `real` any model that can call a tool and embed.
Runs on every generation of the SDKs: the older ones stand on httpx, the newer ones on httpx2.
"""

import json
import sys

KIND, SOCKET, KEY, MODEL, MODE = sys.argv[1:]
SCRIPTED = MODE == "scripted"
BASE = "http://localhost"
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a", "b"]}
QUESTION = "What is 2 plus 3? Use the tool."
# A small model needs room to come to the end of a call, and no luck.
LIMIT = 64 if SCRIPTED else 400
FIXED = None if SCRIPTED else {"temperature": 0}


def http_client():
    """The SDK's own HTTP library with a transport over the socket."""
    try:
        import httpx2 as httpx
    except ImportError:
        import httpx
    return httpx.Client(transport=httpx.HTTPTransport(uds=SOCKET), timeout=300)


def done(name):
    print("ok", name, flush=True)


def refused(error, call):
    try:
        call()
    except error as caught:
        return caught
    raise AssertionError(f"{error.__name__} was expected")


def anthropic_sdk():
    import anthropic

    client = anthropic.Anthropic(api_key=KEY, base_url=BASE, http_client=http_client(), max_retries=0)
    ask = dict(model=MODEL, max_tokens=LIMIT, messages=[{"role": "user", "content": "Say hello."}], extra_body=FIXED)
    tools = [{"name": "add", "description": "Adds two numbers.", "input_schema": SCHEMA}]
    call = dict(ask, messages=[{"role": "user", "content": QUESTION}], tools=tools, tool_choice={"type": "tool", "name": "add"})

    message = client.messages.create(**ask)
    assert message.type == "message" and message.role == "assistant" and message.model == MODEL
    text = "".join(block.text for block in message.content if block.type == "text")
    assert text == "Hello there." if SCRIPTED else text, text
    assert message.usage.input_tokens > 0 and message.usage.output_tokens > 0
    assert message.stop_reason in ("end_turn", "max_tokens"), message.stop_reason
    assert message._request_id.startswith("req_")
    done("create")

    events = [event.type for event in client.messages.create(stream=True, **ask)]
    assert events[0] == "message_start" and events[-2:] == ["message_delta", "message_stop"], events
    assert "content_block_delta" in events
    done("create, streamed")

    with client.messages.stream(**ask) as stream:
        pieces = list(stream.text_stream)
        final = stream.get_final_message()
    assert "".join(pieces) == "".join(block.text for block in final.content if block.type == "text")
    assert final.stop_reason in ("end_turn", "max_tokens") and final.usage.output_tokens > 0
    done("stream")

    with client.messages.stream(**call) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_message()
    assert {"input_json", "content_block_stop"} <= kinds, kinds
    use = [block for block in final.content if block.type == "tool_use"][0]
    assert final.stop_reason == "tool_use" and use.name == "add" and {"a", "b"} <= set(use.input), use
    assert use.input == {"a": 2, "b": 3} or not SCRIPTED
    done("stream with tools")

    whole = client.messages.create(**call)
    use = [block for block in whole.content if block.type == "tool_use"][0]
    answer = {"type": "tool_result", "tool_use_id": use.id, "content": [{"type": "text", "text": "5"}]}
    # The reply goes back as the SDK's own objects.
    after = call["messages"] + [{"role": "assistant", "content": whole.content}, {"role": "user", "content": [answer]}]
    last = client.messages.create(**dict(call, messages=after, tool_choice={"type": "auto"}))
    if SCRIPTED:
        assert last.content[0].text == "The sum is 5.", last.content
    done("create with tools, and the result")

    system = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
    if SCRIPTED:
        content = [{"type": "text", "text": "Say hello."}, image]
        # The newest generation has no words of its own for sampling any more.
        sampling = {"temperature": 0.5, "top_p": 0.9}
        rich = dict(ask, system=system, stop_sequences=["END"], metadata={"user_id": "u"}, extra_body=sampling)
        rich["messages"] = [{"role": "user", "content": content}]
        assert client.messages.create(**rich).content[0].text == "Hello there."
        done("create with all that a request may have")

    if hasattr(client.messages, "count_tokens"):
        assert client.messages.count_tokens(model=MODEL, messages=ask["messages"], tools=tools).input_tokens > 0
        done("count_tokens")
    if hasattr(client, "models"):
        assert MODEL in [model.id for model in client.models.list(limit=20)]
        done("models")
    assert client.beta.messages.create(**ask).role == "assistant"
    done("beta create")

    error = refused(anthropic.NotFoundError, lambda: client.messages.create(**dict(ask, model="nobody/nothing")))
    assert error.body["error"]["type"] == "not_found_error"
    error = refused(anthropic.BadRequestError, lambda: client.messages.create(**dict(ask, max_tokens=0)))
    assert "max_tokens" in str(error)
    other = anthropic.Anthropic(api_key="qlk_live_wrong", base_url=BASE, http_client=http_client(), max_retries=0)
    refused(anthropic.AuthenticationError, lambda: other.messages.create(**ask))
    if SCRIPTED:
        busy = dict(ask, messages=[{"role": "user", "content": "Be busy."}])
        refused(anthropic.RateLimitError, lambda: client.messages.create(**busy))
        broken = dict(ask, messages=[{"role": "user", "content": "Break off."}])
        refused(anthropic.APIError, lambda: list(client.messages.create(stream=True, **broken)))
    done("errors")


def openai_sdk():
    import openai
    from pydantic import BaseModel

    client = openai.OpenAI(api_key=KEY, base_url=BASE + "/v1", http_client=http_client(), max_retries=0)
    ask = dict(model=MODEL, max_completion_tokens=LIMIT, extra_body=FIXED, messages=[{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Say hello."}])
    tools = [{"type": "function", "function": {"name": "add", "description": "Adds two numbers.", "parameters": SCHEMA}}]
    call = dict(ask, messages=[{"role": "user", "content": QUESTION}], tools=tools, tool_choice="required", parallel_tool_calls=False)

    completion = client.chat.completions.create(**ask)
    choice = completion.choices[0]
    assert completion.object == "chat.completion" and completion.model == MODEL
    assert choice.message.content == "Hello there." if SCRIPTED else choice.message.content
    assert choice.finish_reason in ("stop", "length") and choice.message.tool_calls is None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 0
    assert completion._request_id.startswith("req_")
    done("create")

    chunks = list(client.chat.completions.create(stream=True, stream_options={"include_usage": True}, **ask))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "Hello there." if SCRIPTED else text
    assert chunks[-1].usage.completion_tokens > 0 and chunks[-1].choices == []
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] in (["stop"], ["length"])
    plain = list(client.chat.completions.create(stream=True, **ask))
    assert all(chunk.usage is None and chunk.choices for chunk in plain)
    done("create, streamed")

    def arguments(message):
        (one,) = message.tool_calls
        assert one.type == "function" and one.function.name == "add" and one.id
        read = json.loads(one.function.arguments)
        assert read == {"a": 2, "b": 3} if SCRIPTED else {"a", "b"} <= set(read), read
        return one

    first = client.chat.completions.create(**call).choices[0]
    assert first.finish_reason == "tool_calls"
    one = arguments(first.message)
    after = call["messages"] + [first.message, {"role": "tool", "tool_call_id": one.id, "content": "5"}]
    last = client.chat.completions.create(**dict(call, messages=after, tool_choice="auto"))
    if SCRIPTED:
        assert last.choices[0].message.content == "The sum is 5."
    done("create with tools, and the result")

    helper = client.chat.completions if hasattr(client.chat.completions, "stream") else client.beta.chat.completions
    with helper.stream(**call) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    assert "tool_calls.function.arguments.delta" in kinds, kinds
    arguments(final.choices[0].message)
    done("stream with tools")

    class City(BaseModel):
        city: str
        people: int

    shaped = dict(ask, messages=[{"role": "user", "content": "Name the city and how many people live in Paris, as JSON."}])
    helper = client.chat.completions if hasattr(client.chat.completions, "parse") else client.beta.chat.completions
    parsed = helper.parse(response_format=City, **shaped).choices[0].message.parsed
    assert parsed == City(city="Paris", people=2) if SCRIPTED else isinstance(parsed, City), parsed
    done("parse by a schema")

    # Without an encoding the SDK asks for base64 and decodes it; with one it takes what comes.
    vectors = client.embeddings.create(model=MODEL, input=["a cat", "a kitten", "tax law"])
    floats = client.embeddings.create(model=MODEL, input=["a cat", "a kitten", "tax law"], encoding_format="float")
    assert [item.index for item in vectors.data] == [0, 1, 2] and vectors.usage.total_tokens > 0
    for left, right in zip(vectors.data, floats.data):
        assert len(left.embedding) == len(right.embedding) > 1
        assert all(abs(a - b) < 1e-4 for a, b in zip(left.embedding, right.embedding))
    if SCRIPTED:
        assert vectors.data[2].embedding == [0.5, -1.25, 2.0]
        assert len(client.embeddings.create(model=MODEL, input="a", dimensions=2).data[0].embedding) == 2
    done("embeddings")

    assert MODEL in [model.id for model in client.models.list()]
    done("models")

    if SCRIPTED:
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}}
        rich = dict(ask, temperature=0.5, top_p=0.9, stop=["END"], n=1, seed=7, user="u", store=False, logprobs=False)
        rich["messages"] = [{"role": "user", "content": [{"type": "text", "text": "Say hello."}, image]}]
        assert client.chat.completions.create(**rich).choices[0].message.content == "Hello there."
        done("create with all that a request may have")

    error = refused(openai.NotFoundError, lambda: client.chat.completions.create(**dict(ask, model="nobody/nothing")))
    assert error.code in ("model_not_found", "not_found"), error.code
    error = refused(openai.BadRequestError, lambda: client.chat.completions.create(logprobs=True, **ask))
    assert error.param == "logprobs" and error.type == "invalid_request_error"
    other = openai.OpenAI(api_key="qlk_live_wrong", base_url=BASE + "/v1", http_client=http_client(), max_retries=0)
    refused(openai.AuthenticationError, lambda: other.chat.completions.create(**ask))
    if SCRIPTED:
        busy = dict(ask, messages=[{"role": "user", "content": "Be busy."}])
        assert refused(openai.RateLimitError, lambda: client.chat.completions.create(**busy)).code == "rate_limit_exceeded"
        broken = dict(ask, messages=[{"role": "user", "content": "Break off."}])
        refused(openai.APIError, lambda: list(client.chat.completions.create(stream=True, **broken)))
    done("errors")


{"anthropic": anthropic_sdk, "openai": openai_sdk}[KIND]()
