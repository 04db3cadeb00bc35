-- The built-in models take input pictures and a mask, draw transparent backgrounds, and show their
-- pictures while they are drawn: what a customer's program can do with any model it can try on them.
-- Where `models sync` has said something else since, that stays.

update model_endpoint set capabilities = '{
    "parameters": {
        "background": {"type": "enum", "values": ["auto", "opaque", "transparent"]},
        "height": {"type": "range", "min": 16, "max": 4096},
        "input_references": {"type": "range", "min": 0, "max": 16},
        "mask": {"type": "boolean"},
        "n": {"type": "range", "min": 1, "max": 10},
        "output_compression": {"type": "range", "min": 0, "max": 100},
        "output_format": {"type": "enum", "values": ["png", "jpeg", "webp"]},
        "quality": {"type": "enum", "values": ["auto", "low", "medium", "high"]},
        "seed": {"type": "boolean"},
        "width": {"type": "range", "min": 16, "max": 4096}
    },
    "per_call": 10,
    "prompt_max": 32000,
    "streaming": true
}'
where provider = 'test' and not capabilities -> 'parameters' ? 'input_references';
