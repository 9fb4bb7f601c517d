/// What recorded replies cost, by hand. A row is a few lines, rows stand apart by an empty one:
/// - the recording, by its file in `../shared/data/streams`;
/// - `altered:` where no recording shows it, what is changed in the reply before it is read: texts between `→`, several
///   between `;`. Those rows stand at the end of their table and say nothing about a host;
/// - `price:` host and model of the shipped list, or `rates:` in micro-dollars a token where a host's own bill is checked;
/// - the counts as the host gave them, by the names it gave them, zeros left out;
/// - tokens × micro-dollars a token, summed, and after the arrow that sum rounded half up to a whole micro-dollar.
///
/// How counts become tokens: Anthropic's `input_tokens` exclude what the cache read and wrote, and a write is for five
/// minutes but for `ephemeral_1h_input_tokens`. OpenAI's `prompt_tokens` and `input_tokens` include `cached_tokens` and
/// `cache_write_tokens`, and what is generated includes the reasoning, except where a chat host's total shows that it is
/// counted beside (`total_tokens` is given in those rows). Google's `promptTokenCount` includes what was cached, and
/// neither `toolUsePromptTokenCount` (input) nor `thoughtsTokenCount` (output). The order of a sum is input, cache read,
/// write for five minutes, for an hour, output.
enum RecordedCosts {
  /// At the prices of the shipped list.
  static let listed = #"""
    anthropic/crewAI__llms__anthropic__test_anthropic_cached_prompt_tokens_with_tools__0.json
    price: anthropic claude-sonnet-4-5-20250929
    input_tokens 24, cache_read_input_tokens 1857, output_tokens 33
    24 × 3 + 1857 × 0.3 + 33 × 15 = 1124.1 → 1124

    anthropic/ellmer__anthropic-tool-image__3.json
    price: anthropic claude-sonnet-5
    input_tokens 2, cache_creation_input_tokens 1135, ephemeral_5m_input_tokens 1135, output_tokens 142, thinking_tokens 67
    2 × 2 + 1135 × 2.5 + 142 × 10 = 4261.5 → 4262

    anthropic/ellmer__anthropic-upload-file__2.json
    price: anthropic claude-sonnet-5
    input_tokens 2, cache_read_input_tokens 1650, cache_creation_input_tokens 44, ephemeral_5m_input_tokens 44, output_tokens 7
    2 × 2 + 1650 × 0.2 + 44 × 2.5 + 7 × 10 = 514 → 514

    anthropic/ellmer__anthropic-web-search__0.json
    price: anthropic claude-sonnet-5
    input_tokens 4, cache_read_input_tokens 2836, cache_creation_input_tokens 11107, ephemeral_5m_input_tokens 11107, output_tokens 155, thinking_tokens 26
    4 × 2 + 2836 × 0.2 + 11107 × 2.5 + 155 × 10 = 29892.7 → 29893

    anthropic/openinference__openinference-instrumentation-litellm__test_instrumentor__test_completion_streaming_with_extended_thinking_anthropic__0.json
    price: anthropic claude-sonnet-4-5
    input_tokens 50, output_tokens 93, thinking_tokens 53
    50 × 3 + 93 × 15 = 1545 → 1545

    openai/crewAI__crewai__test_hierarchical_process__5.json
    price: openai gpt-4o
    prompt_tokens 2091, cached_tokens 1408, completion_tokens 634
    683 × 2.5 + 1408 × 1.25 + 634 × 10 = 9807.5 → 9808

    openai/crewAI__llms__openai__test_openai_completions_cached_prompt_tokens_with_tools__0.json
    price: openai gpt-4.1
    prompt_tokens 1187, cached_tokens 1152, completion_tokens 14
    35 × 2 + 1152 × 0.5 + 14 × 8 = 758 → 758

    openai/dd-trace-py__contrib__litellm__completion_reasoning__0.json
    price: openai o3-mini
    prompt_tokens 12, completion_tokens 30, reasoning_tokens 15
    12 × 1.1 + 30 × 4.4 = 145.2 → 145

    openai/dd-trace-py__openai__v1__chat_completion_prompt_caching_5_6_cache_write__0.json
    price: openai gpt-5.6-sol
    prompt_tokens 1220, cache_write_tokens 1217, completion_tokens 100, reasoning_tokens 100
    3 × 4 + 1217 × 5 + 100 × 20 = 8097 → 8097

    openai/dd-trace-py__openai__v1__chat_completion_prompt_caching_cache_read__0.json
    price: openai gpt-4o
    prompt_tokens 1220, cached_tokens 1152, completion_tokens 100
    68 × 2.5 + 1152 × 1.25 + 100 × 10 = 2610 → 2610

    openai/fantasy__TestOpenAICommon__openai-gpt-5__simple_streaming__0.json
    price: openai gpt-5
    prompt_tokens 19, completion_tokens 75, reasoning_tokens 64
    19 × 1.25 + 75 × 10 = 773.75 → 774

    openai/fantasy__TestOpenAICommon__openai-o4-mini__tool_streaming__0.json
    price: openai o4-mini
    prompt_tokens 64, completion_tokens 89, reasoning_tokens 64
    64 × 1.1 + 89 × 4.4 = 462 → 462

    deepseek/ruby_llm__chat_function_calling_deepseek_deepseek-chat_can_handle_multiple_tool_calls_in_a_single_response__1.json
    price: deepseek deepseek-chat
    prompt_tokens 416, cached_tokens 256, completion_tokens 48
    160 × 0.28 + 256 × 0.028 + 48 × 0.42 = 72.128 → 72

    deepseek/ruby_llm__chat_function_calling_deepseek_deepseek-chat_can_use_tools_with_multi-turn_streaming_conversations__1.json
    price: deepseek deepseek-chat
    prompt_tokens 451, cached_tokens 384, completion_tokens 21
    67 × 0.28 + 384 × 0.028 + 21 × 0.42 = 38.332 → 38

    deepseek/ruby_llm__chat_function_calling_deepseek_deepseek-chat_can_use_tools_with_multi-turn_streaming_conversations__3.json
    price: deepseek deepseek-chat
    prompt_tokens 598, cached_tokens 512, completion_tokens 27
    86 × 0.28 + 512 × 0.028 + 27 × 0.42 = 49.756 → 50

    deepseek/pydantic-ai__test_deepseek__test_deepseek_model_thinking_stream__0.json
    price: deepseek deepseek-reasoner
    prompt_tokens 6, completion_tokens 212, reasoning_tokens 198
    6 × 0.28 + 212 × 0.42 = 90.72 → 91

    deepseek/dd-trace-py__openai__v1__deepseek_streamed_reasoning_content__0.json
    price: deepseek deepseek-v4-pro
    prompt_tokens 17, completion_tokens 47, reasoning_tokens 34
    17 × 1.32 + 47 × 3.96 = 208.56 → 209

    groq/req_llm__groq__openai_gpt_oss_120b__streaming__0.json
    price: groq openai/gpt-oss-120b
    prompt_tokens 91, completion_tokens 50, reasoning_tokens 29
    91 × 0.15 + 50 × 0.6 = 43.65 → 44

    groq/req_llm__groq__openai_gpt_oss_20b__object_streaming__0.json
    price: groq openai/gpt-oss-20b
    prompt_tokens 151, completion_tokens 88, reasoning_tokens 49
    151 × 0.075 + 88 × 0.3 = 37.725 → 38

    mistral/openllmetry__opentelemetry-instrumentation-mistralai__test_chat__test_mistralai_chat_with_cache_tokens__0.json
    price: mistral mistral-tiny
    prompt_tokens 20, cached_tokens 10, completion_tokens 18
    10 × 0.25 + 10 × 0.025 + 18 × 0.25 = 7.25 → 7

    mistral/ruby_llm__chat_function_calling_mistral_mistral-small-latest_can_use_tools_with_multi-turn_streaming_conversations__0.json
    price: mistral mistral-small-latest
    prompt_tokens 159, cached_tokens 128, completion_tokens 28
    31 × 0.15 + 128 × 0.015 + 28 × 0.6 = 23.37 → 23

    mistral/ruby_llm__chat_function_calling_mistral_mistral-small-latest_can_use_tools_with_multi-turn_streaming_conversations__2.json
    price: mistral mistral-small-latest
    prompt_tokens 291, cached_tokens 192, completion_tokens 27
    99 × 0.15 + 192 × 0.015 + 27 × 0.6 = 33.93 → 34

    mistral/ruby_llm__chat_function_calling_mistral_mistral-small-latest_can_use_tools_with_multi-turn_streaming_conversations__3.json
    price: mistral mistral-small-latest
    prompt_tokens 352, cached_tokens 320, completion_tokens 42
    32 × 0.15 + 320 × 0.015 + 42 × 0.6 = 34.8 → 35

    xai/fantasy__TestOpenAICompatibleCommon__xai-grok-code-fast__simple__0.json
    price: xai grok-code-fast-1
    prompt_tokens 213, cached_tokens 192, completion_tokens 2, reasoning_tokens 256, total_tokens 471
    21 × 1 + 192 × 0.2 + 258 × 2 = 575.4 → 575

    xai/req_llm__xai__grok_code_fast_1__object_streaming__0.json
    price: xai grok-code-fast-1
    prompt_tokens 305, cached_tokens 256, completion_tokens 20, reasoning_tokens 309, total_tokens 634
    49 × 1 + 256 × 0.2 + 329 × 2 = 758.2 → 758

    xai/req_llm__xai__grok_code_fast_1__streaming__0.json
    price: xai grok-code-fast-1
    prompt_tokens 221, cached_tokens 192, completion_tokens 16, reasoning_tokens 126, total_tokens 363
    29 × 1 + 192 × 0.2 + 142 × 2 = 351.4 → 351

    zai/pydantic-ai__test_zai__test_zai_thinking_stream__0.json
    price: zai glm-4.7
    prompt_tokens 13, completion_tokens 564, reasoning_tokens 561
    13 × 0.6 + 564 × 2.2 = 1248.6 → 1249

    zai/req_llm__zai__glm_4_6__object_streaming__0.json
    price: zai glm-4.6
    prompt_tokens 219, cached_tokens 43, completion_tokens 165
    176 × 0.6 + 43 × 0.11 + 165 × 2.2 = 473.33 → 473

    zai/req_llm__zai_coder__glm_4_5__streaming__0.json
    price: zai glm-4.5
    prompt_tokens 24, cached_tokens 7, completion_tokens 153
    17 × 0.6 + 7 × 0.6 + 153 × 2.2 = 351 → 351

    cerebras/req_llm__cerebras__gpt_oss_120b__object_streaming__0.json
    price: cerebras gpt-oss-120b
    prompt_tokens 145, completion_tokens 98
    145 × 0.35 + 98 × 0.75 = 124.25 → 124

    openai/fantasy__TestOpenAIResponsesCommon__openai-gpt-5__tool__1.json
    price: openai gpt-5
    input_tokens 92, output_tokens 241, reasoning_tokens 192
    92 × 1.25 + 241 × 10 = 2525 → 2525

    openai/openllmetry__traces__test_responses__test_responses_reasoning__0.json
    price: openai gpt-5-nano
    input_tokens 11, output_tokens 327, reasoning_tokens 320
    11 × 0.05 + 327 × 0.4 = 131.35 → 131

    openai/pydantic-ai__test_openai_responses__test_openai_include_raw_annotations_streaming__1.json
    price: openai gpt-5.2
    input_tokens 8234, output_tokens 79, reasoning_tokens 34
    8234 × 1.75 + 79 × 14 = 15515.5 → 15516

    openai/ruby_llm__chat_with_extended_thinking_openai_gpt-5_4_preserves_thinking_signatures_between_turns_when_provided__1.json
    price: openai gpt-5.4
    input_tokens 31, output_tokens 16, reasoning_tokens 9
    31 × 2.5 + 16 × 15 = 317.5 → 318

    openai/req_llm__openai__o1_pro__streaming__0.json
    price: openai o1-pro
    input_tokens 27, output_tokens 272, reasoning_tokens 256
    27 × 150 + 272 × 600 = 167250 → 167250

    openai/ellmer__vignettes__structured-data-basics-image__0.json
    price: openai gpt-5.6-terra
    input_tokens 90, output_tokens 60, reasoning_tokens 38
    90 × 2 + 60 × 12 = 900 → 900

    deepseek/pydantic-ai__test_deepseek_responses__test_deepseek_responses-function_tool_stream-__0.json
    price: deepseek deepseek-v4-flash
    input_tokens 366, cached_tokens 256, output_tokens 59, reasoning_tokens 14
    110 × 0.3 + 256 × 0.006 + 59 × 1.2 = 105.336 → 105

    deepseek/pydantic-ai__test_deepseek_responses__test_deepseek_responses-function_tool_stream-__1.json
    price: deepseek deepseek-v4-flash
    input_tokens 440, cached_tokens 384, output_tokens 14
    56 × 0.3 + 384 × 0.006 + 14 × 1.2 = 35.904 → 36

    xai/ruby_llm__chat_responses_protocol_dialects_with_xai_grok-4_3_chats_on_the_responses_endpoint_by_default__0.json
    price: xai grok-4.3
    input_tokens 204, cached_tokens 128, output_tokens 80, reasoning_tokens 79
    76 × 1.25 + 128 × 0.2 + 80 × 2.5 = 320.6 → 321

    google/crewAI__crewai__TestAgentMultimodalGemini.test_mixed_files-gemini-gemini-2.5-flash-__1.json
    price: gemini gemini-2.5-flash
    promptTokenCount 424, cachedContentTokenCount 287, candidatesTokenCount 70, thoughtsTokenCount 287
    137 × 0.3 + 287 × 0.03 + 357 × 2.5 = 942.21 → 942

    google/ellmer__google-web-search__0.json
    price: gemini gemini-3.5-flash
    promptTokenCount 341, cachedContentTokenCount 92, candidatesTokenCount 10, thoughtsTokenCount 499
    249 × 1.5 + 92 × 0.15 + 509 × 9 = 4968.3 → 4968

    google/req_llm__google__gemini_2_5_pro__streaming__0.json
    price: gemini gemini-2.5-pro
    promptTokenCount 18, candidatesTokenCount 11, thoughtsTokenCount 1410
    18 × 1.25 + 1421 × 10 = 14232.5 → 14233

    google/req_llm__google__gemini_2_5_flash_lite__streaming__0.json
    price: gemini gemini-2.5-flash-lite
    promptTokenCount 18, thoughtsTokenCount 199
    18 × 0.1 + 199 × 0.4 = 81.4 → 81

    google-vertex/fantasy__TestGoogleCommon__vertex-gemini-2-5-pro__multi_tool_streaming__1.json
    price: vertex gemini-2.5-pro
    promptTokenCount 73, candidatesTokenCount 25, thoughtsTokenCount 83
    73 × 1.25 + 108 × 10 = 1171.25 → 1171

    google-vertex/ruby_llm__cachedcontent_explicit_caching_round-trip_vertexai_gemini-2_5-flash_creates_uses_and_deletes_a_cache__3.json
    price: vertex gemini-2.5-flash
    promptTokenCount 9613, cachedContentTokenCount 9602, candidatesTokenCount 33, thoughtsTokenCount 39
    11 × 0.3 + 9602 × 0.03 + 72 × 2.5 = 471.36 → 471

    google-vertex/ruby_llm__chat_citations_with_vertexai_gemini-2_5-flash_returns_grounding_citations_when_search_is_enabled__1.json
    price: vertex gemini-2.5-flash
    promptTokenCount 9, toolUsePromptTokenCount 61, candidatesTokenCount 27, thoughtsTokenCount 221
    70 × 0.3 + 248 × 2.5 = 641 → 641

    google-vertex/ruby_llm__chat_function_calling_thought_signatures_vertexai_gemini-3_1-pro-preview_includes_thought_signatures_for_tool_calls__2.json
    price: vertex gemini-3.1-pro-preview
    promptTokenCount 310, candidatesTokenCount 23, thoughtsTokenCount 84
    310 × 2 + 107 × 12 = 1904 → 1904

    google-vertex/ruby_llm__chat_pdf_models_vertexai_gemini-2_5-flash_understands_pdfs__2.json
    price: vertex gemini-2.5-flash
    promptTokenCount 1344, cachedContentTokenCount 1274, candidatesTokenCount 99, thoughtsTokenCount 74
    70 × 0.3 + 1274 × 0.03 + 173 × 2.5 = 491.72 → 492

    anthropic/ellmer__anthropic-tool-image__3.json
    altered: "ephemeral_5m_input_tokens":1135 → "ephemeral_5m_input_tokens":135; "ephemeral_1h_input_tokens":0 → "ephemeral_1h_input_tokens":1000
    price: anthropic claude-sonnet-5
    input_tokens 2, cache_creation_input_tokens 1135, ephemeral_1h_input_tokens 1000, ephemeral_5m_input_tokens 135, output_tokens 142, thinking_tokens 67
    2 × 2 + 135 × 2.5 + 1000 × 4 + 142 × 10 = 5761.5 → 5762

    anthropic/ellmer__anthropic-upload-file__2.json
    altered: "ephemeral_5m_input_tokens":44 → "ephemeral_5m_input_tokens":0; "ephemeral_1h_input_tokens":0 → "ephemeral_1h_input_tokens":44
    price: anthropic claude-sonnet-5
    input_tokens 2, cache_read_input_tokens 1650, cache_creation_input_tokens 44, ephemeral_1h_input_tokens 44, output_tokens 7
    2 × 2 + 1650 × 0.2 + 44 × 4 + 7 × 10 = 580 → 580

    google/req_llm__google__gemini_2_5_pro__streaming__0.json
    altered: "promptTokenCount": 18 → "promptTokenCount": 200000
    price: gemini gemini-2.5-pro
    promptTokenCount 200000, candidatesTokenCount 11, thoughtsTokenCount 1410
    200000 × 1.25 + 1421 × 10 = 264210 → 264210

    google/req_llm__google__gemini_2_5_pro__streaming__0.json
    altered: "promptTokenCount": 18 → "promptTokenCount": 200001
    price: gemini gemini-2.5-pro
    promptTokenCount 200001, candidatesTokenCount 11, thoughtsTokenCount 1410
    200001 × 2.5 + 1421 × 15 = 521317.5 → 521318

    google-vertex/ruby_llm__chat_function_calling_thought_signatures_vertexai_gemini-3_1-pro-preview_includes_thought_signatures_for_tool_calls__2.json
    altered: "promptTokenCount": 310 → "promptTokenCount": 250310
    price: vertex gemini-3.1-pro-preview
    promptTokenCount 250310, candidatesTokenCount 23, thoughtsTokenCount 84
    250310 × 4 + 107 × 18 = 1003166 → 1003166

    openai/ruby_llm__chat_with_extended_thinking_openai_gpt-5_4_preserves_thinking_signatures_between_turns_when_provided__1.json
    altered: "input_tokens": 31 → "input_tokens": 272001; "cached_tokens": 0 → "cached_tokens": 270000
    price: openai gpt-5.4
    input_tokens 272001, cached_tokens 270000, output_tokens 16, reasoning_tokens 9
    2001 × 5 + 270000 × 0.5 + 16 × 22.5 = 145365 → 145365

    xai/ruby_llm__chat_responses_protocol_dialects_with_xai_grok-4_3_chats_on_the_responses_endpoint_by_default__0.json
    altered: "input_tokens":204 → "input_tokens":200001
    price: xai grok-4.3
    input_tokens 200001, cached_tokens 128, output_tokens 80, reasoning_tokens 79
    199873 × 2.5 + 128 × 0.4 + 80 × 5 = 500133.7 → 500134

    openai/dd-trace-py__openai__v1__chat_completion_prompt_caching_5_6_cache_write__0.json
    altered: "prompt_tokens": 1220 → "prompt_tokens": 272020; "cached_tokens": 0 → "cached_tokens": 3000; "cache_write_tokens": 1217 → "cache_write_tokens": 260000
    price: openai gpt-5.6-sol
    prompt_tokens 272020, cached_tokens 3000, cache_write_tokens 260000, completion_tokens 100, reasoning_tokens 100
    9020 × 8 + 3000 × 0.8 + 260000 × 10 + 100 × 30 = 2677560 → 2677560

    xai/req_llm__xai__grok_code_fast_1__streaming__0.json
    altered: "prompt_tokens":221 → "prompt_tokens":200001; "total_tokens":363 → "total_tokens":200143
    price: xai grok-code-fast-1
    prompt_tokens 200001, cached_tokens 192, completion_tokens 16, reasoning_tokens 126, total_tokens 200143
    199809 × 2 + 192 × 0.4 + 142 × 4 = 400262.8 → 400263
    """#

  /// At the rates that the host had then, which its own bill in the same reply confirms.
  static let billed = #"""
    xai/fantasy__TestOpenAICompatibleCommon__xai-grok-4-fast__multi_tool__1.json
    rates: in 0.2, read 0.05, out 0.5
    prompt_tokens 670, cached_tokens 618, completion_tokens 25, reasoning_tokens 44, total_tokens 739
    52 × 0.2 + 618 × 0.05 + 69 × 0.5 = 75.8 → 76

    xai/fantasy__TestOpenAICompatibleCommon__xai-grok-code-fast__simple__0.json
    rates: in 0.2, read 0.02, out 1.5
    prompt_tokens 213, cached_tokens 192, completion_tokens 2, reasoning_tokens 256, total_tokens 471
    21 × 0.2 + 192 × 0.02 + 258 × 1.5 = 395.04 → 395

    xai/ruby_llm__chat_responses_protocol_dialects_with_xai_grok-4_3_chats_on_the_responses_endpoint_by_default__0.json
    rates: in 1.25, read 0.2, out 2.5
    input_tokens 204, cached_tokens 128, output_tokens 80, reasoning_tokens 79
    76 × 1.25 + 128 × 0.2 + 80 × 2.5 = 320.6 → 321

    openrouter/fantasy__TestOpenRouterCommon__glm__multi_tool__1.json
    rates: in 1.2, read 0.24, out 4
    prompt_tokens 359, cached_tokens 256, completion_tokens 55, reasoning_tokens 21
    103 × 1.2 + 256 × 0.24 + 55 × 4 = 405.04 → 405

    openrouter/fantasy__TestOpenRouterCommon__grok__multi_tool__0.json
    rates: in 0.2, read 0.05, out 0.5
    prompt_tokens 445, cached_tokens 151, completion_tokens 278, reasoning_tokens 210
    294 × 0.2 + 151 × 0.05 + 278 × 0.5 = 205.35 → 205

    openrouter/req_llm__openrouter__x_ai_grok_4__streaming__0.json
    rates: in 3, read 0.75, out 15
    prompt_tokens 702, cached_tokens 679, completion_tokens 126, reasoning_tokens 116
    23 × 3 + 679 × 0.75 + 126 × 15 = 2468.25 → 2468

    openrouter/req_llm__openrouter__google_gemini_2_5_flash__object_streaming__0.json
    rates: in 0.3, out 2.5
    prompt_tokens 41, completion_tokens 97, reasoning_tokens 86
    41 × 0.3 + 97 × 2.5 = 254.8 → 255

    openrouter/req_llm__openrouter__google_gemini_2_5_pro__streaming__0.json
    rates: in 1.25, out 10
    prompt_tokens 17, completion_tokens 291, reasoning_tokens 281
    17 × 1.25 + 291 × 10 = 2931.25 → 2931

    openrouter/ruby_llm__chat_with_extended_thinking_openrouter_claude-haiku-4-5_preserves_thinking_signatures_between_turns_when_provided__1.json
    rates: in 1, out 5
    prompt_tokens 67, completion_tokens 47, reasoning_tokens 21
    67 × 1 + 47 × 5 = 302 → 302

    openrouter/llm-openrouter__test_llm_openrouter__test_reasoning__1.json
    rates: in 0.05, out 0.4
    input_tokens 20, output_tokens 19
    20 × 0.05 + 19 × 0.4 = 8.6 → 9

    avian/fantasy__TestOpenAICompatibleCommon__avian-kimi__multi_tool_streaming__0.json
    rates: in 0.45, read 0.225, out 2.2
    prompt_tokens 154, cached_tokens 128, completion_tokens 131, reasoning_tokens 87
    26 × 0.45 + 128 × 0.225 + 131 × 2.2 = 328.7 → 329

    vercel-gateway/fantasy__TestVercelCommon__gemini-3-pro-preview__multi_tool__0.json
    rates: in 2, out 12
    prompt_tokens 61, completion_tokens 18, reasoning_tokens 137
    61 × 2 + 155 × 12 = 1982 → 1982
    """#
}
