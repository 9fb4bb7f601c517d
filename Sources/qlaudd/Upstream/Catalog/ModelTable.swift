// Data, written by contrib/refresh-models: one line a model, fields between tabs.

let modelTable = #"""
  provider	model	mode	context	max_output	input	output	cache_read	cache_write	cache_write_1h	tiers	supports
  cerebras	llama-3.1-70b	chat	128000	128000	600000	600000					function_calling
  cerebras	llama-3.1-8b	chat	128000	128000	100000	100000					function_calling
  cerebras	llama-3.3-70b	chat	128000	128000	850000	1200000					function_calling
  cerebras	llama3.1-70b	chat	128000	128000	600000	600000					function_calling
  cerebras	llama3.1-8b	chat	128000	128000	100000	100000					function_calling
  cerebras	gpt-oss-120b	chat	131072	32768	350000	750000					function_calling,reasoning,parallel_function_calling,response_schema
  cerebras	qwen-3-32b	chat	128000	128000	400000	800000					function_calling,reasoning
  cerebras	qwen-3.8-27b	chat	65536	32768	990000	1490000					function_calling,vision,reasoning,parallel_function_calling,response_schema
  anthropic	claude-haiku-4-5-20251001	chat	200000	64000	1000000	5000000	100000	1250000	2000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-haiku-4-5	chat	200000	64000	1000000	5000000	100000	1250000	2000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-sonnet-4-5	chat	200000	64000	3000000	15000000	300000	3750000	6000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-sonnet-4-5-20250929	chat	200000	64000	3000000	15000000	300000	3750000	6000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-sonnet-5	chat	1000000	128000	2000000	10000000	200000	2500000	4000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-sonnet-5-5	chat	1000000	128000	2000000	10000000	100000	2500000	4000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-sonnet-4-6	chat	1000000	128000	3000000	15000000	300000	3750000	6000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-opus-4-5-20251101	chat	200000	64000	5000000	25000000	500000	6250000	10000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-opus-4-5	chat	200000	64000	5000000	25000000	500000	6250000	10000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-opus-4-6	chat	1000000	128000	5000000	25000000	500000	6250000	10000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-opus-4-6-20260205	chat	1000000	128000	5000000	25000000	500000	6250000	10000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-opus-4-7	chat	1000000	128000	5000000	25000000	500000	6250000	10000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-opus-4-7-20260416	chat	1000000	128000	5000000	25000000	500000	6250000	10000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-fable-5	chat	1000000	128000	10000000	50000000	1000000	12500000	20000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-fable-5-1	chat	1000000	128000	10000000	50000000	250000	12500000	20000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-opus-5-5	chat	1000000	128000	4000000	20000000	200000	5000000	8000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-opus-5	chat	1000000	128000	5000000	25000000	500000	6250000	10000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-opus-4-8	chat	1000000	128000	5000000	25000000	500000	6250000	10000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  cloudflare	@cf/meta/llama-2-7b-chat-fp16	chat	3072	3072	1923000	1923000					
  cloudflare	@cf/meta/llama-2-7b-chat-int8	chat	2048	2048	1923000	1923000					
  cloudflare	@cf/mistral/mistral-7b-instruct-v0.1	chat	8192	8192	1923000	1923000					
  cloudflare	@hf/thebloke/codellama-7b-instruct-awq	chat	4096	4096	1923000	1923000					
  cloudflare	@cf/openai/gpt-oss-120b	chat	128000	128000	350000	750000					function_calling,reasoning
  cloudflare	@cf/google/gemma-2b-it-lora	chat	8192	8192	0	0					
  cloudflare	@cf/meta/llama-3.2-3b-instruct	chat	80000	80000	50900	335000					
  cloudflare	@cf/meta/llama-guard-3-8b	chat	131072	131072	484000	30000					
  cloudflare	@cf/mistral/mistral-7b-instruct-v0.2-lora	chat	15000	15000	0	0					
  cloudflare	@cf/moonshotai/kimi-k2.7-code	chat	262144	262144	950000	4000000	190000				function_calling,reasoning
  cloudflare	@cf/deepseek-ai/deepseek-r1-distill-qwen-32b	chat	80000	80000	497000	4881000					reasoning
  cloudflare	@cf/meta/llama-3.1-8b-instruct-fp8	chat	32000	32000	152000	287000					
  cloudflare	@cf/meta/llama-3.2-1b-instruct	chat	60000	60000	27000	201000					
  cloudflare	@cf/moonshotai/kimi-k2.6	chat	262144	262144	950000	4000000	160000				function_calling,reasoning
  cloudflare	@cf/zai-org/glm-4.7-flash	chat	131072	131072	60500	400000					function_calling,reasoning
  cloudflare	@cf/meta-llama/llama-2-7b-chat-hf-lora	chat	8192	8192	0	0					
  cloudflare	@cf/meta/llama-3.3-70b-instruct-fp8-fast	chat	24000	24000	293000	2253000					function_calling
  cloudflare	@cf/ibm-granite/granite-4.0-h-micro	chat	131000	131000	17000	112000					function_calling
  cloudflare	@cf/qwen/qwen2.5-coder-32b-instruct	chat	32768	32768	660000	1000000					
  cloudflare	@cf/zai-org/glm-5.2	chat	262144	262144	1400000	4400000	260000				function_calling,reasoning
  cloudflare	@cf/nvidia/nemotron-3-120b-a12b	chat	256000	256000	500000	1500000					function_calling,reasoning
  cloudflare	@cf/aisingapore/gemma-sea-lion-v4-27b-it	chat	128000	128000	351000	555000					
  cloudflare	@cf/qwen/qwen3-30b-a3b-fp8	chat	32768	32768	50900	335000					function_calling,reasoning
  cloudflare	@cf/google/gemma-7b-it-lora	chat	3500	3500	0	0					
  cloudflare	@cf/google/gemma-4-26b-a4b-it	chat	256000	256000	100000	300000					function_calling,reasoning
  cloudflare	@cf/mistralai/mistral-small-3.1-24b-instruct	chat	128000	128000	351000	555000					function_calling
  cloudflare	@cf/meta/llama-3.2-11b-vision-instruct	chat	128000	128000	48500	676000					vision
  cloudflare	@cf/openai/gpt-oss-20b	chat	128000	128000	200000	300000					function_calling,reasoning
  cloudflare	@cf/meta/llama-4-scout-17b-16e-instruct	chat	131000	131000	270000	850000					function_calling
  cloudflare	@cf/qwen/qwq-32b	chat	24000	24000	660000	1000000					reasoning
  mistral	codestral-2405	chat	32000	8191	0	0					
  mistral	codestral-latest	chat	32000	8191	0	0					
  openai	computer-use-preview	chat	8192	1024	3000000	12000000					function_calling,vision,reasoning,pdf_input,parallel_function_calling
  openai	computer-use-preview-2025-03-11	chat	8192	1024	3000000	12000000					function_calling,vision,reasoning,pdf_input,parallel_function_calling
  deepseek	deepseek-chat	chat	131072	8192	280000	420000	28000				function_calling,prompt_caching,parallel_function_calling,response_schema
  deepseek	deepseek-reasoner	chat	131072	65536	280000	420000	28000				reasoning,prompt_caching,response_schema
  alibaba	deepseek-v4-flash	chat	1000000	393216	200000	400000	40000				function_calling,reasoning,prompt_caching,response_schema
  alibaba	deepseek-v4-flash-0731	chat	1000000	393216	200000	400000	40000				function_calling,reasoning,prompt_caching,response_schema
  alibaba	deepseek-v4-pro	chat	1000000	393216	2400000	4800000	200000				function_calling,reasoning,prompt_caching,response_schema
  alibaba	glm-5.1	chat	202745	131072	1400000	4400000	260000				function_calling,reasoning,prompt_caching,response_schema
  alibaba	glm-5.2	chat	1048576	131072	1400000	4400000	280000				function_calling,reasoning,prompt_caching,response_schema
  alibaba	kimi-k2.7-code	chat	229376	16384	950000	4000000	190000				function_calling,vision,reasoning,prompt_caching,response_schema
  alibaba	qwen-coder	chat	1000000	16384	300000	1500000					function_calling,reasoning
  alibaba	qwen-max	chat	30720	8192	1600000	6400000					function_calling,reasoning
  alibaba	qwen-plus	chat	129024	16384	400000	1200000					function_calling,reasoning
  alibaba	qwen-plus-2025-01-25	chat	129024	8192	400000	1200000					function_calling,reasoning
  alibaba	qwen-plus-2025-04-28	chat	129024	16384	400000	1200000					function_calling,reasoning
  alibaba	qwen-plus-2025-07-14	chat	129024	16384	400000	1200000					function_calling,reasoning
  alibaba	qwen-turbo	chat	129024	16384	50000	200000					function_calling,reasoning
  alibaba	qwen-turbo-2024-11-01	chat	1000000	8192	50000	200000					function_calling,reasoning
  alibaba	qwen-turbo-2025-04-28	chat	1000000	16384	50000	200000					function_calling,reasoning
  alibaba	qwen-turbo-latest	chat	1000000	16384	50000	200000					function_calling,reasoning
  alibaba	qwen3-next-80b-a3b-instruct	chat	262144	65536	150000	1200000					function_calling
  alibaba	qwen3-next-80b-a3b-thinking	chat	262144	65536	150000	1200000					function_calling,reasoning
  alibaba	qwen3-vl-235b-a22b-instruct	chat	131072	32768	400000	1600000					function_calling,vision
  alibaba	qwen3-vl-235b-a22b-thinking	chat	131072	32768	400000	4000000					function_calling,vision,reasoning
  alibaba	qwen3-vl-32b-instruct	chat	131072	32768	160000	640000					function_calling,vision
  alibaba	qwen3-vl-32b-thinking	chat	131072	32768	160000	2870000					function_calling,vision,reasoning
  alibaba	qwen3.7-max	chat	991808	65536	2500000	7500000	500000	3125000			function_calling,reasoning,prompt_caching,response_schema
  alibaba	qwen3.8-max	chat	991808	131072	2000000	6000000	250000				function_calling,vision,reasoning,prompt_caching,response_schema
  alibaba	qwen3.8-flash	chat	991808	131072	150000	470000	16000	200000			function_calling,vision,reasoning,prompt_caching,response_schema
  alibaba	qwen3.8-omni-flash	chat	991808	131072	150000	470000	16000				function_calling,vision,reasoning,prompt_caching,response_schema
  alibaba	qwq-plus	chat	98304	8192	800000	2400000					function_calling,reasoning
  deepseek	deepseek-chat	chat	131072	8192	280000	420000	28000	0			function_calling,prompt_caching,parallel_function_calling,response_schema
  deepseek	deepseek-coder	chat	128000	4096	140000	280000	14000				function_calling,prompt_caching
  deepseek	deepseek-r1	chat	65536	8192	550000	2190000	140000				function_calling,reasoning,prompt_caching
  deepseek	deepseek-reasoner	chat	131072	65536	280000	420000	28000				reasoning,prompt_caching,response_schema
  deepseek	deepseek-v3	chat	65536	8192	270000	1100000	70000	0			function_calling,prompt_caching
  deepseek	deepseek-v3.2	chat	163840	163840	280000	400000	28000				function_calling,reasoning,prompt_caching
  fireworks	accounts/fireworks/models/deepseek-coder-v2-instruct	chat	65536	65536	1200000	1200000					response_schema
  fireworks	accounts/fireworks/models/deepseek-r1	chat	163840	20480	3000000	8000000					response_schema
  fireworks	accounts/fireworks/models/deepseek-r1-0528	chat	163840	160000	3000000	8000000					response_schema
  fireworks	accounts/fireworks/models/deepseek-r1-basic	chat	163840	20480	550000	2190000					response_schema
  fireworks	accounts/fireworks/models/deepseek-v3	chat	131072	8192	900000	900000					response_schema
  fireworks	accounts/fireworks/models/deepseek-v3-0324	chat	163840	163840	900000	900000					response_schema
  fireworks	accounts/fireworks/models/deepseek-v3p1	chat	128000	8192	560000	1680000					reasoning,response_schema
  fireworks	accounts/fireworks/models/deepseek-v3p1-terminus	chat	128000	8192	560000	1680000					reasoning,response_schema
  fireworks	accounts/fireworks/models/deepseek-v3p2	chat	163840	163840	560000	1680000					function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/deepseek-v4-flash	chat	1048576	384000	140000	280000	28000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/deepseek-v4-pro-0813	chat	1048576	131072	1320000	3960000	44000				function_calling,reasoning,response_schema
  fireworks	deepseek-v4-pro-0813	chat	1048576	131072	1320000	3960000	44000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/firefunction-v2	chat	8192	8192	900000	900000					function_calling,response_schema
  fireworks	accounts/fireworks/models/glm-4p5	chat	131072	96000	550000	2190000					function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/glm-4p5-air	chat	131072	96000	220000	880000					function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/glm-4p6	chat	202752	202800	550000	2190000					function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/glm-4p7	chat	202752	202800	600000	2200000	300000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/glm-5p1	chat	202752	131072	1400000	4400000	260000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/glm-5p2	chat	1048576	131072	1400000	4400000	140000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/gpt-oss-120b	chat	131072	32768	150000	600000	15000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/gpt-oss-20b	chat	131072	32768	70000	300000	35000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/kimi-k2-instruct	chat	131072	16384	600000	2500000					function_calling,response_schema
  fireworks	accounts/fireworks/models/kimi-k2-instruct-0905	chat	262144	32768	600000	2500000					function_calling,response_schema
  fireworks	accounts/fireworks/models/kimi-k2-thinking	chat	262144	262144	600000	2500000					function_calling,response_schema
  fireworks	accounts/fireworks/models/kimi-k2p5	chat	262144	32768	600000	3000000	100000				function_calling,response_schema
  fireworks	accounts/fireworks/models/kimi-k2p6	chat	262144	32768	950000	4000000	160000				function_calling,vision,reasoning,response_schema
  fireworks	accounts/fireworks/models/kimi-k2p7-code	chat	262144	32768	950000	4000000	190000				function_calling,vision,reasoning,response_schema
  fireworks	accounts/fireworks/models/llama-v3p1-405b-instruct	chat	131072	16384	3000000	3000000					function_calling,response_schema
  fireworks	accounts/fireworks/models/llama-v3p1-8b-instruct	chat	131072	16384	100000	100000					response_schema
  fireworks	accounts/fireworks/models/llama-v3p2-11b-vision-instruct	chat	131072	16384	200000	200000					vision,response_schema
  fireworks	accounts/fireworks/models/llama-v3p2-1b-instruct	chat	131072	16384	100000	100000					response_schema
  fireworks	accounts/fireworks/models/llama-v3p2-3b-instruct	chat	131072	16384	100000	100000					response_schema
  fireworks	accounts/fireworks/models/llama-v3p2-90b-vision-instruct	chat	131072	16384	900000	900000					vision,response_schema
  fireworks	accounts/fireworks/models/llama4-maverick-instruct-basic	chat	131072	131072	220000	880000					response_schema
  fireworks	accounts/fireworks/models/llama4-scout-instruct-basic	chat	131072	131072	150000	600000					response_schema
  fireworks	accounts/fireworks/models/minimax-m2p1	chat	196608	204800	300000	1200000	30000				function_calling,response_schema
  fireworks	accounts/fireworks/models/minimax-m3	chat	512000	512000	300000	1200000	60000				function_calling,vision,reasoning,response_schema
  fireworks	accounts/fireworks/models/mixtral-8x22b-instruct-hf	chat	65536	65536	1200000	1200000					function_calling,response_schema
  fireworks	accounts/fireworks/models/qwen2-72b-instruct	chat	32768	32768	900000	900000					response_schema
  fireworks	accounts/fireworks/models/qwen2p5-coder-32b-instruct	chat	4096	4096	900000	900000					response_schema
  fireworks	accounts/fireworks/models/yi-large	chat	32768	32768	3000000	3000000					response_schema
  fireworks	deepseek-v4-flash	chat	1048576	384000	140000	280000	28000				function_calling,reasoning,response_schema
  fireworks	glm-4p7	chat	202752	202800	600000	2200000	300000				function_calling,reasoning,response_schema
  fireworks	glm-5p1	chat	202752	131072	1400000	4400000	260000				function_calling,reasoning,response_schema
  fireworks	glm-5p1-fast	chat	202800	131072	2800000	8800000	520000				function_calling,reasoning,response_schema
  fireworks	glm-5p2	chat	1048576	131072	1400000	4400000	140000				function_calling,reasoning,response_schema
  fireworks	gpt-oss-120b	chat	131072	32768	150000	600000	15000				function_calling,reasoning,response_schema
  fireworks	gpt-oss-20b	chat	131072	32768	70000	300000	35000				function_calling,reasoning,response_schema
  fireworks	kimi-k2p5	chat	262144	32768	600000	3000000	100000				function_calling,response_schema
  fireworks	kimi-k2p6	chat	262144	32768	950000	4000000	160000				function_calling,vision,reasoning,response_schema
  fireworks	kimi-k2p6-fast	chat	262144	32768	2000000	8000000	300000				function_calling,vision,reasoning,response_schema
  fireworks	kimi-k2p7-code	chat	262144	32768	950000	4000000	190000				function_calling,vision,reasoning,response_schema
  fireworks	kimi-k2p7-code-fast	chat	262144	32768	1900000	8000000	380000				function_calling,vision,reasoning,response_schema
  fireworks	minimax-m2p1	chat	196608	204800	300000	1200000	30000				function_calling,response_schema
  fireworks	minimax-m3	chat	512000	512000	300000	1200000	60000				function_calling,vision,reasoning,response_schema
  fireworks	qwen3p7-plus	chat	262144	65536	400000	1600000	80000				function_calling,vision,reasoning,response_schema
  vertex	gemini-2.5-flash	chat	1048576	65535	300000	2500000	30000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-3.1-flash-lite-preview	chat	1048576	65536	250000	1500000	25000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-3.1-flash-lite	chat	1048576	65536	250000	1500000	25000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-3.5-flash-lite	chat	1048576	65536	300000	2500000	30000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	deep-research-pro-preview-12-2025	chat	65536	32768	2000000	12000000	200000				vision,prompt_caching,response_schema
  vertex	gemini-2.5-flash-lite	chat	1048576	65535	100000	400000	10000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-2.5-flash-lite-preview-09-2025	chat	1048576	65535	100000	400000	10000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-2.5-flash-preview-09-2025	chat	1048576	65535	300000	2500000	30000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-2.5-pro	chat	1048576	65535	1250000	10000000	125000			200000:2500000:15000000:250000:250000	function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  vertex	gemini-3.1-pro-preview	chat	1048576	65536	2000000	12000000	200000			200000:4000000:18000000:400000:250000	function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  vertex	gemini-3.1-pro-preview-customtools	chat	1048576	65536	2000000	12000000	200000			200000:4000000:18000000:400000:250000	function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  vertex	gemini-2.5-pro-preview-tts	chat	1048576	65535	1000000	20000000	125000				function_calling,vision,prompt_caching,parallel_function_calling,response_schema
  vertex	gemini-robotics-er-1.5-preview	chat	1048576	65535	300000	2500000	0				function_calling,vision,reasoning,parallel_function_calling,response_schema
  gemini	gemini-robotics-er-2-preview	chat	131072	65536	1000000	5000000	100000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-2.5-computer-use-preview-10-2025	chat	128000	64000	1250000	10000000				200000:2500000:15000000::	function_calling,vision
  vertex	gemini-flash-experimental	embedding	1000000	8192	0	0					
  gemini	gemini-embedding-001	embedding	2048		150000	0					
  gemini	gemini-embedding-2	embedding	8192		200000	0					vision
  gemini	gemini-3.1-flash-lite-preview	chat	1048576	65536	250000	1500000	25000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-embedding-2-preview	embedding	8192		200000	0					vision
  gemini	deep-research-preview-04-2026	chat	1048576	65536	2000000	12000000					vision
  gemini	deep-research-max-preview-04-2026	chat	1048576	65536	2000000	12000000					vision
  gemini	gemini-2.5-flash	chat	1048576	65536	300000	2500000	30000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	deep-research-pro-preview-12-2025	chat	1048576	65536	2000000	12000000					vision,prompt_caching,pdf_input,response_schema
  gemini	gemini-2.5-flash-lite	chat	1048576	65536	100000	400000	10000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-flash-latest	chat	1048576	65536	750000	3750000	75000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-flash-lite-latest	chat	1048576	65536	300000	2500000	30000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-2.5-pro	chat	1048576	65536	1250000	10000000	125000			200000:2500000:15000000:250000:	function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  gemini	gemini-2.5-computer-use-preview-10-2025	chat	128000	64000	1250000	10000000				200000:2500000:15000000::	function_calling,vision
  gemini	gemini-3.1-flash-lite	chat	1048576	65536	250000	1500000	25000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-3.5-flash-lite	chat	1048576	65536	300000	2500000	30000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-3-flash-preview	chat	1048576	65536	500000	3000000	50000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-3.5-flash	chat	1048576	65536	1500000	9000000	150000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-3.6-flash	chat	1048576	65536	750000	3750000	75000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-3.7-flash	chat	1048576	65536	750000	3750000	75000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-3.8-flash	chat	1048576	65536	750000	3750000	75000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-omni-flash-preview	chat	131072	65536	1500000	9000000					vision,reasoning
  gemini	gemini-3.1-pro-preview	chat	1048576	65536	2000000	12000000	200000			200000:4000000:18000000:400000:	function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  gemini	gemini-3.1-pro-preview-customtools	chat	1048576	65536	2000000	12000000	200000			200000:4000000:18000000:400000:	function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  vertex	gemini-3-flash-preview	chat	1048576	65535	500000	3000000	50000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-omni-flash-preview	chat	1048576	65535	1500000	9000000					vision,reasoning
  vertex	gemini-3.5-flash	chat	1048576	65535	1500000	9000000	150000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-3.6-flash	chat	1048576	65536	750000	3750000	75000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-3.7-flash	chat	1048576	65536	750000	3750000	75000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-3.8-flash	chat	1048576	65536	750000	3750000	75000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-3.8-flash-cyber	chat	1048576	65536	1500000	7500000	150000				vision,reasoning,prompt_caching,pdf_input,response_schema
  gemini	gemini-2.5-pro-preview-tts	chat	8192	16384	1000000	20000000	125000				prompt_caching
  gemini	gemini-exp-1114	chat	1048576	8192	0	0				128000:0:0::	function_calling,vision,response_schema
  gemini	gemini-exp-1206	chat	2097152	8192	0	0				128000:0:0::	function_calling,vision,response_schema
  gemini	gemini-gemma-2-27b-it	chat	8192	8192	350000	1050000					function_calling,vision
  gemini	gemini-gemma-2-9b-it	chat	8192	8192	350000	1050000					function_calling,vision
  gemini	gemma-3-27b-it	chat	131072	8192	0	0				128000:0:0::	function_calling,vision,response_schema
  gemini	gemma-4-26b-a4b-it	chat	262144	32768	0	0					function_calling,vision,reasoning,response_schema
  gemini	gemma-4-31b-it	chat	262144	32768	0	0					function_calling,vision,reasoning,response_schema
  gemini	learnlm-1.5-pro-experimental	chat	32767	8192	0	0				128000:0:0::	function_calling,vision,response_schema
  gemini	lyria-3-clip-preview	chat	131072	8192	0	0					
  gemini	lyria-3-pro-preview	chat	131072	8192	0	0					
  openai	gpt-3.5-turbo	chat	16385	4096	500000	1500000					function_calling,prompt_caching
  openai	gpt-3.5-turbo-0125	chat	16385	4096	500000	1500000					function_calling,prompt_caching,parallel_function_calling
  openai	gpt-3.5-turbo-1106	chat	16385	4096	1000000	2000000					function_calling,prompt_caching,parallel_function_calling
  openai	gpt-3.5-turbo-16k	chat	16385	4096	3000000	4000000					prompt_caching
  openai	gpt-4	chat	8192	4096	30000000	60000000					function_calling,prompt_caching
  openai	gpt-4-0613	chat	8192	4096	30000000	60000000					function_calling,prompt_caching
  openai	gpt-4-1106-preview	chat	128000	4096	10000000	30000000					function_calling,prompt_caching,parallel_function_calling
  openai	gpt-4-turbo	chat	128000	4096	10000000	30000000					function_calling,vision,prompt_caching,pdf_input,parallel_function_calling
  openai	gpt-4-turbo-2024-04-09	chat	128000	4096	10000000	30000000					function_calling,vision,prompt_caching,pdf_input,parallel_function_calling
  openai	gpt-4.1	chat	1047576	32768	2000000	8000000	500000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4.1-2025-04-14	chat	1047576	32768	2000000	8000000	500000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4.1-mini	chat	1047576	32768	400000	1600000	100000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4.1-mini-2025-04-14	chat	1047576	32768	400000	1600000	100000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4.1-nano	chat	1047576	32768	100000	400000	25000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4.1-nano-2025-04-14	chat	1047576	32768	100000	400000	25000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4o	chat	128000	16384	2500000	10000000	1250000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4o-2024-05-13	chat	128000	4096	5000000	15000000					function_calling,vision,prompt_caching,pdf_input,parallel_function_calling
  openai	gpt-4o-2024-08-06	chat	128000	16384	2500000	10000000	1250000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4o-2024-11-20	chat	128000	16384	2500000	10000000	1250000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4o-audio-preview-2024-12-17	chat	128000	16384	2500000	10000000					function_calling,parallel_function_calling
  openai	gpt-4o-audio-preview-2025-06-03	chat	128000	16384	2500000	10000000					function_calling,parallel_function_calling
  openai	gpt-audio	chat	128000	16384	2500000	10000000					function_calling,parallel_function_calling
  openai	gpt-audio-1.5	chat	128000	16384	2500000	10000000					function_calling,parallel_function_calling
  openai	gpt-audio-2025-08-28	chat	128000	16384	2500000	10000000					function_calling,parallel_function_calling
  openai	gpt-audio-mini	chat	128000	16384	600000	2400000					function_calling,parallel_function_calling
  openai	gpt-audio-mini-2025-10-06	chat	128000	16384	600000	2400000					function_calling,parallel_function_calling
  openai	gpt-audio-mini-2025-12-15	chat	128000	16384	600000	2400000					function_calling,parallel_function_calling
  openai	gpt-4o-mini	chat	128000	16384	150000	600000	75000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4o-mini-2024-07-18	chat	128000	16384	150000	600000	75000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4o-mini-audio-preview-2024-12-17	chat	128000	16384	150000	600000					function_calling,parallel_function_calling
  openai	gpt-4o-mini-search-preview	chat	128000	16384	150000	600000	75000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4o-mini-search-preview-2025-03-11	chat	128000	16384	150000	600000	75000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4o-search-preview	chat	128000	16384	2500000	10000000	1250000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-4o-search-preview-2025-03-11	chat	128000	16384	2500000	10000000	1250000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5	chat	272000	128000	1250000	10000000	125000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5-codex	chat	272000	128000	1250000	10000000	125000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.1	chat	272000	128000	1250000	10000000	125000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.1-codex-mini	chat	400000	128000	250000	2000000	25000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.1-codex-max	chat	400000	128000	1250000	10000000	125000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.1-codex	chat	400000	128000	1250000	10000000	125000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.1-chat-latest	chat	128000	16384	1250000	10000000	125000				function_calling,vision,reasoning,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.1-2025-11-13	chat	272000	128000	1250000	10000000	125000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.2	chat	272000	128000	1750000	14000000	175000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.2-codex	chat	272000	128000	1750000	14000000	175000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.2-chat-latest	chat	128000	16384	1750000	14000000	175000				function_calling,vision,reasoning,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.2-2025-12-11	chat	272000	128000	1750000	14000000	175000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.2-pro	chat	272000	128000	21000000	168000000					function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.2-pro-2025-12-11	chat	272000	128000	21000000	168000000					function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-6-astra	chat	922000	128000	10000000	50000000	1000000	12500000		272000:20000000:75000000:2000000:25000000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-6-sol	chat	922000	128000	2000000	10000000	200000	2500000		272000:4000000:15000000:400000:5000000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-6-luna	chat	922000	128000	100000	500000	10000	125000		272000:200000:750000:20000:250000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.6	chat	922000	128000	4000000	20000000	400000	5000000		272000:8000000:30000000:800000:10000000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.6-sol	chat	922000	128000	4000000	20000000	400000	5000000		272000:8000000:30000000:800000:10000000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.6-terra	chat	922000	128000	2000000	12000000	200000	2500000		272000:4000000:18000000:400000:5000000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.6-luna	chat	922000	128000	200000	1200000	20000	250000		272000:400000:1800000:40000:500000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.6-cyber	chat	400000	128000	12500000	75000000	1250000	15625000		272000:25000000:112500000:2500000:31250000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	daybreak-red-latest	chat	400000	128000	12500000	75000000	1250000	15625000		272000:25000000:112500000:2500000:31250000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-daybreak-red-latest	chat	400000	128000	12500000	75000000	1250000	15625000		272000:25000000:112500000:2500000:31250000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	daybreak-blue-latest	chat	922000	128000	4000000	20000000	400000	5000000		272000:8000000:30000000:800000:10000000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-daybreak-blue-latest	chat	922000	128000	4000000	20000000	400000	5000000		272000:8000000:30000000:800000:10000000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	chat-latest	chat	400000	128000	5000000	30000000	500000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.5	chat	1050000	128000	5000000	30000000	500000			272000:10000000:45000000:1000000:	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.5-2026-04-23	chat	1050000	128000	5000000	30000000	500000			272000:10000000:45000000:1000000:	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.5-pro	chat	1050000	128000	30000000	180000000				272000:60000000:270000000::	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling
  openai	gpt-5.5-pro-2026-04-23	chat	1050000	128000	30000000	180000000				272000:60000000:270000000::	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling
  openai	gpt-5.4	chat	1050000	128000	2500000	15000000	250000			272000:5000000:22500000:500000:	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.4-2026-03-05	chat	1050000	128000	2500000	15000000	250000			272000:5000000:22500000:500000:	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.4-pro	chat	1050000	128000	30000000	180000000				272000:60000000:270000000::	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling
  openai	gpt-5.4-pro-2026-03-05	chat	1050000	128000	30000000	180000000				272000:60000000:270000000::	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling
  openai	gpt-5.4-mini	chat	272000	128000	750000	4500000	75000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.4-mini-2026-03-17	chat	272000	128000	750000	4500000	75000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.4-nano	chat	272000	128000	200000	1250000	20000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.4-nano-2026-03-17	chat	272000	128000	200000	1250000	20000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5-pro	chat	400000	272000	15000000	120000000					function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5-pro-2025-10-06	chat	400000	272000	15000000	120000000					function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5-2025-08-07	chat	272000	128000	1250000	10000000	125000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5-chat	chat	128000	16384	1250000	10000000	125000				vision,reasoning,prompt_caching,pdf_input,response_schema
  openai	gpt-5-chat-latest	chat	128000	16384	1250000	10000000	125000				function_calling,vision,reasoning,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.3-codex	chat	272000	128000	1750000	14000000	175000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5.3-chat-latest	chat	128000	16384	1750000	14000000	175000				function_calling,vision,reasoning,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5-mini	chat	272000	128000	250000	2000000	25000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5-mini-2025-08-07	chat	272000	128000	250000	2000000	25000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5-nano	chat	272000	128000	50000	400000	5000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5-nano-2025-08-07	chat	272000	128000	50000	400000	5000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  groq	llama-guard-3-8b	chat	8192	8192	200000	200000					
  groq	meta-llama/llama-prompt-guard-2-22m	chat	512	512	30000	30000					
  groq	meta-llama/llama-prompt-guard-2-86m	chat	512	512	40000	40000					
  groq	openai/gpt-oss-120b	chat	131072	65536	150000	600000	75000				function_calling,reasoning,prompt_caching,parallel_function_calling,response_schema
  groq	openai/gpt-oss-20b	chat	131072	65536	75000	300000	37500				function_calling,reasoning,prompt_caching,parallel_function_calling,response_schema
  groq	openai/gpt-oss-safeguard-20b	chat	131072	65536	75000	300000	37000				function_calling,reasoning,prompt_caching,response_schema
  minimax	MiniMax-M2.1	chat	1000000	8192	300000	1200000	30000	375000			function_calling,reasoning,prompt_caching
  minimax	MiniMax-M2.1-lightning	chat	1000000	8192	300000	2400000	30000	375000			function_calling,reasoning,prompt_caching
  minimax	MiniMax-M2.5	chat	1000000	8192	300000	1200000	30000	375000			function_calling,reasoning,prompt_caching
  minimax	MiniMax-M2.5-lightning	chat	1000000	8192	300000	2400000	30000	375000			function_calling,reasoning,prompt_caching
  minimax	MiniMax-M2	chat	200000	8192	300000	1200000	30000	375000			function_calling,reasoning,prompt_caching
  minimax	MiniMax-M3	chat	1000000	128000	300000	1200000	60000			512000:600000:2400000:120000:	function_calling,vision,reasoning,prompt_caching
  mistral	codestral-2508	chat	128000	128000	300000	900000	30000				function_calling,response_schema
  mistral	codestral-latest	chat	128000	128000	300000	900000	30000				function_calling,response_schema
  mistral	codestral-mamba-latest	chat	256000	256000	250000	250000	25000				
  mistral	devstral-small-latest	chat	256000	256000	100000	300000	10000				function_calling,reasoning,response_schema
  mistral	devstral-latest	chat	256000	256000	400000	2000000	40000				function_calling,reasoning,response_schema
  mistral	devstral-medium-latest	chat	256000	256000	400000	2000000	40000				function_calling,reasoning,response_schema
  mistral	ministral-14b-2512	chat	262144	262144	200000	200000	20000				function_calling,vision,response_schema
  mistral	ministral-14b-latest	chat	262144	262144	200000	200000	20000				function_calling,vision,response_schema
  mistral	ministral-3b-2512	chat	131072	131072	100000	100000	10000				function_calling,vision,response_schema
  mistral	ministral-3b-latest	chat	131072	131072	100000	100000	10000				function_calling,vision,response_schema
  mistral	mistral-embed-2312	embedding	8192		100000						
  mistral	mistral-medium-3	chat	262144	262144	1500000	7500000	150000				function_calling,vision,reasoning,response_schema
  mistral	voxtral-small-2507	chat	32768	32768	100000	400000	10000				function_calling,response_schema
  mistral	voxtral-small-latest	chat	32768	32768	100000	400000	10000				function_calling,response_schema
  mistral	zai-glm-5-2	chat	1048576	131072	1400000	4400000	140000				function_calling,reasoning,prompt_caching,response_schema
  mistral	deepseek-v4-1-flash-1017	chat	1048576	131072	300000	1200000	7000				function_calling,reasoning,prompt_caching,response_schema
  mistral	zai-glm-5-3	chat	1048576	131072	1400000	4400000	140000				function_calling,reasoning,prompt_caching,response_schema
  mistral	zai-glm-5-3-flash	chat	1048576	131072	150000	500000	30000				function_calling,vision,reasoning,prompt_caching,response_schema
  mistral	zai-glm-5	chat	1048576	131072	1400000	4400000	140000				function_calling,reasoning,prompt_caching,response_schema
  mistral	zai-glm-latest	chat	1048576	131072	1400000	4400000	140000				function_calling,reasoning,prompt_caching,response_schema
  mistral	glm-5-2	chat	1048576	131072	1400000	4400000	140000				function_calling,reasoning,prompt_caching,response_schema
  mistral	magistral-medium-latest	chat	262144	262144	1500000	7500000	150000				function_calling,vision,reasoning,response_schema
  mistral	magistral-small-latest	chat	262144	262144	150000	600000	15000				function_calling,vision,reasoning,response_schema
  mistral	mistral-embed	embedding	8192		100000						
  mistral	codestral-embed	embedding	8192		150000		15000				
  mistral	codestral-embed-2505	embedding	8192		150000		15000				
  mistral	mistral-large-4	chat	1048576	1048576	1360000	4180000	140000				function_calling,vision,reasoning,prompt_caching,response_schema
  mistral	mistral-large-4-0	chat	1048576	1048576	1360000	4180000	140000				function_calling,vision,reasoning,prompt_caching,response_schema
  mistral	mistral-large-latest	chat	262144	262144	500000	1500000	50000				function_calling,vision,response_schema
  mistral	mistral-large-3	chat	262144	262144	500000	1500000	50000				function_calling,vision,response_schema
  mistral	mistral-large-2512	chat	262144	262144	500000	1500000	50000				function_calling,vision,response_schema
  mistral	mistral-medium	chat	262144	262144	1500000	7500000	150000				function_calling,vision,reasoning,response_schema
  mistral	mistral-medium-2604	chat	262144	262144	1500000	7500000	150000				function_calling,vision,reasoning,response_schema
  mistral	mistral-medium-latest	chat	262144	262144	1500000	7500000	150000				function_calling,vision,reasoning,response_schema
  mistral	mistral-medium-3-5	chat	262144	262144	1500000	7500000	150000				function_calling,vision,reasoning,response_schema
  mistral	mistral-small	chat	32000	8191	100000	300000	10000				function_calling,reasoning,response_schema
  mistral	mistral-small-latest	chat	262144	262144	150000	600000	15000				function_calling,vision,reasoning,response_schema
  mistral	ministral-3-3b-2512	chat	131072	131072	100000	100000	10000				function_calling,vision,response_schema
  mistral	ministral-3-8b-2512	chat	262144	262144	150000	150000	15000				function_calling,vision,response_schema
  mistral	ministral-3-14b-2512	chat	262144	262144	200000	200000	20000				function_calling,vision,response_schema
  mistral	ministral-8b-2512	chat	262144	262144	150000	150000	15000				function_calling,vision,response_schema
  mistral	ministral-8b-latest	chat	262144	262144	150000	150000	15000				function_calling,vision,response_schema
  mistral	mistral-tiny	chat	32000	8191	250000	250000	25000				response_schema
  mistral	open-mistral-nemo	chat	128000	128000	300000	300000	30000				response_schema
  mistral	pixtral-large-latest	chat	128000	128000	2000000	6000000	200000				function_calling,vision,response_schema
  moonshot	kimi-k2.7-code	chat	262144	262144	950000	4000000	190000				function_calling,vision,reasoning,prompt_caching,response_schema
  moonshot	kimi-k2.5	chat	262144	262144	600000	3000000	100000				function_calling,vision,reasoning,response_schema
  moonshot	kimi-k2.6	chat	262144	262144	950000	4000000	160000				function_calling,vision,reasoning,response_schema
  moonshot	kimi-k3.1-pro	chat	1048576	1048576	2000000	10000000	200000	2000000	4000000		function_calling,vision,reasoning,prompt_caching,response_schema
  moonshot	kimi-k3	chat	1048576	1048576	3000000	15000000	300000	3000000	6000000		function_calling,vision,reasoning,prompt_caching,response_schema
  moonshot	moonshot-v1-128k	chat	131072	131072	2000000	5000000					function_calling,response_schema
  moonshot	moonshot-v1-128k-vision-preview	chat	131072	131072	2000000	5000000					function_calling,vision,response_schema
  moonshot	moonshot-v1-32k	chat	32768	32768	1000000	3000000					function_calling,response_schema
  moonshot	moonshot-v1-32k-vision-preview	chat	32768	32768	1000000	3000000					function_calling,vision,response_schema
  moonshot	moonshot-v1-8k	chat	8192	8192	200000	2000000					function_calling,response_schema
  moonshot	moonshot-v1-8k-vision-preview	chat	8192	8192	200000	2000000					function_calling,vision,response_schema
  moonshot	moonshot-v1-auto	chat	131072	131072	2000000	5000000					function_calling,response_schema
  openai	o1	chat	200000	100000	15000000	60000000	7500000				function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  openai	o1-2024-12-17	chat	200000	100000	15000000	60000000	7500000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	o1-pro	chat	200000	100000	150000000	600000000					function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	o1-pro-2025-03-19	chat	200000	100000	150000000	600000000					function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	o3	chat	200000	100000	2000000	8000000	500000				function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  openai	o3-deep-research	chat	200000	100000	10000000	40000000	2500000				vision,reasoning,prompt_caching,pdf_input
  openai	o3-deep-research-2025-06-26	chat	200000	100000	10000000	40000000	2500000				vision,reasoning,prompt_caching,pdf_input
  openai	o3-2025-04-16	chat	200000	100000	2000000	8000000	500000				function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  openai	o3-mini	chat	200000	100000	1100000	4400000	550000				function_calling,reasoning,prompt_caching,response_schema
  openai	o3-mini-2025-01-31	chat	200000	100000	1100000	4400000	550000				function_calling,reasoning,prompt_caching,response_schema
  openai	o3-pro	chat	200000	100000	20000000	80000000					function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  openai	o3-pro-2025-06-10	chat	200000	100000	20000000	80000000					function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  openai	o4-mini	chat	200000	100000	1100000	4400000	275000				function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  openai	o4-mini-deep-research	chat	200000	100000	2000000	8000000	500000				vision,reasoning,prompt_caching,pdf_input
  openai	o4-mini-deep-research-2025-06-26	chat	200000	100000	2000000	8000000	500000				vision,reasoning,prompt_caching,pdf_input
  openai	o4-mini-2025-04-16	chat	200000	100000	1100000	4400000	275000				function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  perplexity	codellama-34b-instruct	chat	16384	16384	350000	1400000					
  perplexity	codellama-70b-instruct	chat	16384	16384	700000	2800000					
  perplexity	llama-2-70b-chat	chat	4096	4096	700000	2800000					
  perplexity	llama-3.1-70b-instruct	chat	131072	131072	1000000	1000000					
  perplexity	llama-3.1-8b-instruct	chat	131072	131072	200000	200000					
  perplexity	mistral-7b-instruct	chat	4096	4096	70000	280000					
  perplexity	mixtral-8x7b-instruct	chat	4096	4096	70000	280000					
  perplexity	pplx-70b-chat	chat	4096	4096	700000	2800000					
  perplexity	pplx-70b-online	chat	4096	4096	0	2800000					
  perplexity	pplx-7b-chat	chat	8192	8192	70000	280000					
  perplexity	pplx-7b-online	chat	4096	4096	0	280000					
  perplexity	sonar	chat	128000	128000	1000000	1000000					
  perplexity	sonar-deep-research	chat	128000	128000	2000000	8000000					reasoning
  perplexity	sonar-medium-chat	chat	16384	16384	600000	1800000					
  perplexity	sonar-medium-online	chat	12000	12000	0	1800000					
  perplexity	sonar-pro	chat	200000	8000	3000000	15000000					
  perplexity	sonar-reasoning	chat	128000	128000	1000000	5000000					reasoning
  perplexity	sonar-reasoning-pro	chat	128000	128000	2000000	8000000					reasoning
  perplexity	sonar-small-chat	chat	16384	16384	70000	280000					
  perplexity	sonar-small-online	chat	12000	12000	0	280000					
  perplexity	openai/gpt-5.2	chat			1750000	14000000	175000				function_calling,reasoning
  perplexity	openai/gpt-5.1	chat			1250000	10000000	125000				function_calling
  perplexity	openai/gpt-5-mini	chat			250000	2000000	25000				function_calling
  perplexity	anthropic/claude-opus-4-6	chat			5000000	25000000	500000				function_calling
  perplexity	anthropic/claude-opus-4-7	chat			5000000	25000000	500000				function_calling
  perplexity	anthropic/claude-opus-4-5	chat			5000000	25000000	500000				function_calling
  perplexity	anthropic/claude-sonnet-4-5	chat			3000000	15000000	300000				function_calling
  perplexity	anthropic/claude-haiku-4-5	chat			1000000	5000000	100000				function_calling
  perplexity	google/gemini-3-flash-preview	chat			500000	3000000	50000				function_calling
  perplexity	perplexity/sonar	chat			250000	2500000	62500				function_calling
  perplexity	perplexity/deepseek-v4-flash-0731	chat			130000	260000	28000				function_calling,reasoning
  perplexity	perplexity/deepseek-v4-pro-0813	chat			1320000	3960000	44000				
  perplexity	perplexity/glm-5.2	chat			1400000	4400000	140000				function_calling,reasoning
  perplexity	perplexity/kimi-k3	chat			3000000	15000000	300000				function_calling,reasoning
  perplexity	perplexity/kimi-k2.7-code	chat			950000	4000000	190000				function_calling
  perplexity	pplx-embed-v1-0.6b	embedding	32768		4000	0					
  perplexity	pplx-embed-v1-4b	embedding	32768		30000	0					
  openai	text-embedding-3-large	embedding	8191		130000	0					
  openai	text-embedding-3-small	embedding	8191		20000	0					
  openai	text-embedding-ada-002	embedding	8191		100000	0					
  openai	text-embedding-ada-002-v2	embedding	8191		100000	0					
  together	together-ai-21.1b-41b	chat			800000	800000					
  together	together-ai-4.1b-8b	chat			200000	200000					
  together	together-ai-41.1b-80b	chat			900000	900000					
  together	together-ai-8.1b-21b	chat	1000	1000	300000	300000					
  together	together-ai-81.1b-110b	chat			1800000	1800000					
  together	together-ai-embedding-151m-to-350m	embedding			16000	0					
  together	together-ai-embedding-up-to-150m	embedding			8000	0					
  together	BAAI/bge-base-en-v1.5	embedding	512		8000	0					
  together	together-ai-up-to-4b	chat			100000	100000					
  together	Qwen/Qwen2.5-7B-Instruct-Turbo	chat	32768		300000	300000					function_calling,parallel_function_calling,response_schema
  together	deepseek-ai/DeepSeek-V3	chat	65536	8192	1250000	1250000					function_calling,parallel_function_calling,response_schema
  together	meta-llama/Llama-3.3-70B-Instruct-Turbo	chat	131072	131072	1040000	1040000					function_calling,parallel_function_calling,response_schema
  together	moonshotai/Kimi-K2-Instruct	chat			1000000	3000000					function_calling,parallel_function_calling,response_schema
  together	openai/gpt-oss-120b	chat	131072	131072	150000	600000					function_calling,reasoning,parallel_function_calling,response_schema
  together	zai-org/GLM-4.6	chat	202752	202752	600000	2200000					function_calling,reasoning,parallel_function_calling
  together	MiniMaxAI/MiniMax-M3	chat	524288	524288	300000	1200000	60000				function_calling,vision,reasoning,prompt_caching,parallel_function_calling,response_schema
  together	MiniMaxAI/MiniMax-M3.1-Flash	chat	1048576	1048576	150000	600000	15000				prompt_caching
  together	Prism-ML/Ternary-Bonsai-27B	chat	262144	262144	0	0					
  together	Qwen/Qwen3.5-9B	chat	262144	262144	170000	250000					function_calling,vision,reasoning,parallel_function_calling,response_schema
  together	Qwen/Qwen3.6-Plus	chat	1000000	1000000	500000	3000000					reasoning
  together	Qwen/Qwen3.7-Max	chat	1000000	1000000	1500000	4500000	300000				prompt_caching
  together	Qwen/Qwen3.7-Plus	chat	1000000	1000000	320000	1280000					
  together	Qwen/Qwen3.8-2.4T-A95B	chat	1010000	1010000	2000000	6000000	250000				prompt_caching
  together	arize-ai/qwen-2-1.5b-instruct	chat	32768	32768	100000	100000					
  together	deepseek-ai/DeepSeek-V4-Flash-0731	chat	1048576	1048576	140000	280000	30000				function_calling,prompt_caching,parallel_function_calling,response_schema
  together	deepseek-ai/DeepSeek-V4.1-Flash	chat	1048576	1048576	300000	1200000	6000				function_calling,prompt_caching,response_schema
  together	deepseek-ai/DeepSeek-V4-Pro-0813	chat	1048576	1048576	1320000	3960000	130000				function_calling,prompt_caching,parallel_function_calling,response_schema
  together	meta-models/Muse-Glimmer-30B	chat	131072	131072	350000	1500000	40000				prompt_caching
  together	meta-models/Muse-Spark-Open-816B-A42B	chat	1048576	1048576	1250000	4250000	150000				function_calling,prompt_caching,response_schema
  together	moonshotai/Kimi-K3	chat	1048576	1048576	3000000	15000000	300000				function_calling,vision,reasoning,prompt_caching,parallel_function_calling,response_schema
  together	thinkingmachines/Inkling	chat	524288	524288	1000000	4050000	170000				function_calling,prompt_caching,parallel_function_calling,response_schema
  together	zai-org/GLM-5.2	chat	1048575	128000	1400000	4400000	260000				function_calling,reasoning,prompt_caching,parallel_function_calling,response_schema
  together	zai-org/GLM-5.3	chat	1048575	128000	1400000	4400000	260000				function_calling,reasoning,prompt_caching,parallel_function_calling,response_schema
  together	zai-org/GLM-5.3-Flash	chat	1048575	128000	150000	500000	30000				function_calling,vision,reasoning,prompt_caching,parallel_function_calling,response_schema
  vertex	gemini-3.1-flash-lite-preview	chat	1048576	65536	250000	1500000	25000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-3.1-flash-lite	chat	1048576	65536	250000	1500000	25000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	gemini-3.5-flash-lite	chat	1048576	65536	300000	2500000	30000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  vertex	deep-research-pro-preview-12-2025	chat	65536	32768	2000000	12000000	200000				
  voyage	voyage-2	embedding	4000		100000	0					
  voyage	voyage-3	embedding	32000		60000	0					
  voyage	voyage-multilingual-2	embedding	32000		120000	0					
  voyage	voyage-3-large	embedding	32000		180000	0					
  voyage	voyage-3-lite	embedding	32000		20000	0					
  voyage	voyage-3.5	embedding	32000		60000	0					
  voyage	voyage-3.5-lite	embedding	32000		20000	0					
  voyage	voyage-code-2	embedding	16000		120000	0					
  voyage	voyage-code-3	embedding	32000		180000	0					
  voyage	voyage-context-3	embedding	120000		180000	0					
  voyage	voyage-finance-2	embedding	32000		120000	0					
  voyage	voyage-large-2	embedding	16000		120000	0					
  voyage	voyage-large-2-instruct	embedding	16000		120000	0					
  voyage	voyage-law-2	embedding	16000		120000	0					
  voyage	voyage-lite-01	embedding	4096		100000	0					
  voyage	voyage-lite-02-instruct	embedding	4000		100000	0					
  voyage	voyage-multimodal-3	embedding	32000		120000	0					
  xai	grok-4.20-multi-agent-beta-0309	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-beta-0309-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-0309-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-beta-0309-non-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,prompt_caching,response_schema
  xai	grok-4.3	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.3-latest	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.5	chat	500000	500000	2000000	6000000	300000			200000:4000000:12000000:600000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.5-latest	chat	500000	500000	2000000	6000000	300000			200000:4000000:12000000:600000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-build-latest	chat	500000	500000	2000000	6000000	300000			200000:4000000:12000000:600000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.6	chat	500000	500000	2000000	6000000	500000			200000:4000000:12000000:1000000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.7	chat	500000	500000	2000000	6000000	500000			200000:4000000:12000000:1000000:	function_calling,vision,reasoning,prompt_caching,response_schema
  zai	glm-5	chat	200000	128000	1000000	3200000	200000	0			function_calling,reasoning,prompt_caching
  zai	glm-5.3	chat	1000000	128000	1400000	4400000	260000	0			function_calling,reasoning,prompt_caching,response_schema
  zai	glm-5.3-flash	chat	1048576	128000	150000	500000	30000	0			function_calling,vision,reasoning,prompt_caching,response_schema
  zai	glm-5v-turbo	chat	200000	128000	1200000	4000000	240000				function_calling,vision,reasoning,prompt_caching
  zai	glm-5.1	chat	200000	128000	1400000	4400000	260000	0			function_calling,reasoning,prompt_caching
  zai	glm-5-code	chat	200000	128000	1200000	5000000	300000	0			function_calling,reasoning,prompt_caching
  zai	glm-4.7	chat	200000	128000	600000	2200000	110000	0			function_calling,reasoning,prompt_caching
  zai	glm-4.7-flash	chat	200000	128000	0	0	0	0			function_calling,reasoning,prompt_caching
  zai	glm-4.6	chat	200000	128000	600000	2200000	110000	0			function_calling,reasoning,prompt_caching
  zai	glm-4.5	chat	128000	32000	600000	2200000					function_calling
  zai	glm-4.5v	chat	128000	32000	600000	1800000					function_calling,vision
  zai	glm-4.5-x	chat	128000	32000	2200000	8900000					function_calling
  zai	glm-4.5-air	chat	128000	32000	200000	1100000					function_calling
  zai	glm-4.5-airx	chat	128000	32000	1100000	4500000					function_calling
  zai	glm-4-32b-0414-128k	chat	128000	32000	100000	100000					function_calling
  zai	glm-4.5-flash	chat	128000	32000	0	0					function_calling
  fireworks	accounts/fireworks/models/qwen3-coder-480b-a35b-instruct	chat	262144	262144	450000	1800000					reasoning
  fireworks	accounts/fireworks/models/chronos-hermes-13b-v2	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/code-llama-13b	chat	16384	16384	200000	200000					
  fireworks	accounts/fireworks/models/code-llama-13b-instruct	chat	16384	16384	200000	200000					
  fireworks	accounts/fireworks/models/code-llama-13b-python	chat	16384	16384	200000	200000					
  fireworks	accounts/fireworks/models/code-llama-34b	chat	16384	16384	900000	900000					
  fireworks	accounts/fireworks/models/code-llama-34b-instruct	chat	16384	16384	900000	900000					
  fireworks	accounts/fireworks/models/code-llama-34b-python	chat	16384	16384	900000	900000					
  fireworks	accounts/fireworks/models/code-llama-70b	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/code-llama-70b-instruct	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/code-llama-70b-python	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/code-llama-7b	chat	16384	16384	200000	200000					
  fireworks	accounts/fireworks/models/code-llama-7b-instruct	chat	16384	16384	200000	200000					
  fireworks	accounts/fireworks/models/code-llama-7b-python	chat	16384	16384	200000	200000					
  fireworks	accounts/fireworks/models/code-qwen-1p5-7b	chat	65536	65536	200000	200000					
  fireworks	accounts/fireworks/models/codegemma-2b	chat	8192	8192	100000	100000					
  fireworks	accounts/fireworks/models/codegemma-7b	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/cogito-671b-v2-p1	chat	163840	163840	1200000	1200000					
  fireworks	accounts/fireworks/models/cogito-v1-preview-llama-3b	chat	131072	131072	100000	100000					
  fireworks	accounts/fireworks/models/cogito-v1-preview-llama-70b	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/cogito-v1-preview-llama-8b	chat	131072	131072	200000	200000					
  fireworks	accounts/fireworks/models/cogito-v1-preview-qwen-14b	chat	131072	131072	200000	200000					
  fireworks	accounts/fireworks/models/cogito-v1-preview-qwen-32b	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/dbrx-instruct	chat	32768	32768	1200000	1200000					
  fireworks	accounts/fireworks/models/deepseek-coder-1b-base	chat	16384	16384	100000	100000					
  fireworks	accounts/fireworks/models/deepseek-coder-33b-instruct	chat	16384	16384	900000	900000					
  fireworks	accounts/fireworks/models/deepseek-coder-7b-base	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/deepseek-coder-7b-base-v1p5	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/deepseek-coder-7b-instruct-v1p5	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/deepseek-coder-v2-lite-base	chat	163840	163840	500000	500000					
  fireworks	accounts/fireworks/models/deepseek-coder-v2-lite-instruct	chat	163840	163840	500000	500000					
  fireworks	accounts/fireworks/models/deepseek-prover-v2	chat	163840	163840	1200000	1200000					
  fireworks	accounts/fireworks/models/deepseek-r1-0528-distill-qwen3-8b	chat	131072	131072	200000	200000					
  fireworks	accounts/fireworks/models/deepseek-r1-distill-llama-70b	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/deepseek-r1-distill-llama-8b	chat	131072	131072	200000	200000					
  fireworks	accounts/fireworks/models/deepseek-r1-distill-qwen-14b	chat	131072	131072	200000	200000					
  fireworks	accounts/fireworks/models/deepseek-r1-distill-qwen-1p5b	chat	131072	131072	100000	100000					
  fireworks	accounts/fireworks/models/deepseek-r1-distill-qwen-32b	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/deepseek-r1-distill-qwen-7b	chat	131072	131072	200000	200000					
  fireworks	accounts/fireworks/models/deepseek-v2-lite-chat	chat	163840	163840	500000	500000					
  fireworks	accounts/fireworks/models/deepseek-v2p5	chat	32768	32768	1200000	1200000					
  fireworks	accounts/fireworks/models/devstral-small-2505	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/dobby-mini-unhinged-plus-llama-3-1-8b	chat	131072	131072	200000	200000					
  fireworks	accounts/fireworks/models/dobby-unhinged-llama-3-3-70b-new	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/dolphin-2-9-2-qwen2-72b	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/dolphin-2p6-mixtral-8x7b	chat	32768	32768	500000	500000					
  fireworks	accounts/fireworks/models/ernie-4p5-21b-a3b-pt	chat	131072	4096	100000	100000					
  fireworks	accounts/fireworks/models/ernie-4p5-300b-a47b-pt	chat	131072	4096	100000	100000					
  fireworks	accounts/fireworks/models/fare-20b	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/firefunction-v1	chat	32768	32768	500000	500000					
  fireworks	accounts/fireworks/models/firellava-13b	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/firesearch-ocr-v6	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/flux-1-dev	chat	4096	4096	100000	100000					
  fireworks	accounts/fireworks/models/flux-1-dev-controlnet-union	chat	4096	4096	1000	1000					
  fireworks	accounts/fireworks/models/flux-1-schnell	chat	4096	4096	100000	100000					
  fireworks	accounts/fireworks/models/gemma-2b-it	chat	8192	8192	100000	100000					
  fireworks	accounts/fireworks/models/gemma-3-27b-it	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/gemma-7b	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/gemma-7b-it	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/gemma2-9b-it	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/glm-4p5v	chat	131072	131072	1200000	1200000					reasoning
  fireworks	accounts/fireworks/models/gpt-oss-safeguard-120b	chat	131072	131072	1200000	1200000					
  fireworks	accounts/fireworks/models/gpt-oss-safeguard-20b	chat	131072	131072	500000	500000					
  fireworks	accounts/fireworks/models/hermes-2-pro-mistral-7b	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/internvl3-38b	chat	16384	16384	900000	900000					
  fireworks	accounts/fireworks/models/internvl3-78b	chat	16384	16384	900000	900000					
  fireworks	accounts/fireworks/models/internvl3-8b	chat	16384	16384	200000	200000					
  fireworks	accounts/fireworks/models/kat-coder	chat	262144	262144	900000	900000					
  fireworks	accounts/fireworks/models/kat-dev-32b	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/kat-dev-72b-exp	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/llama-guard-2-8b	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/llama-guard-3-1b	chat	131072	131072	100000	100000					
  fireworks	accounts/fireworks/models/llama-guard-3-8b	chat	131072	131072	200000	200000					
  fireworks	accounts/fireworks/models/llama-v2-13b	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/llama-v2-13b-chat	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/llama-v2-70b	chat	4096	4096	100000	100000					
  fireworks	accounts/fireworks/models/llama-v2-70b-chat	chat	2048	2048	900000	900000					
  fireworks	accounts/fireworks/models/llama-v2-7b	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/llama-v2-7b-chat	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/llama-v3-70b-instruct	chat	8192	8192	900000	900000					
  fireworks	accounts/fireworks/models/llama-v3-70b-instruct-hf	chat	8192	8192	900000	900000					
  fireworks	accounts/fireworks/models/llama-v3-8b	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/llama-v3-8b-instruct-hf	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/llama-v3p1-405b-instruct-long	chat	4096	4096	100000	100000					
  fireworks	accounts/fireworks/models/llama-v3p1-70b-instruct	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/llama-v3p1-70b-instruct-1b	chat	4096	4096	100000	100000					
  fireworks	accounts/fireworks/models/llama-v3p1-nemotron-70b-instruct	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/llama-v3p2-1b	chat	131072	131072	100000	100000					
  fireworks	accounts/fireworks/models/llama-v3p2-3b	chat	131072	131072	100000	100000					
  fireworks	accounts/fireworks/models/llama-v3p3-70b-instruct	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/llamaguard-7b	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/llava-yi-34b	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/minimax-m1-80k	chat	4096	4096	100000	100000					
  fireworks	accounts/fireworks/models/minimax-m2	chat	196608	4096	300000	1200000					
  fireworks	accounts/fireworks/models/ministral-3-14b-instruct-2512	chat	256000	256000	200000	200000					
  fireworks	accounts/fireworks/models/ministral-3-3b-instruct-2512	chat	256000	256000	100000	100000					
  fireworks	accounts/fireworks/models/ministral-3-8b-instruct-2512	chat	256000	256000	200000	200000					
  fireworks	accounts/fireworks/models/mistral-7b	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/mistral-7b-instruct-4k	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/mistral-7b-instruct-v0p2	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/mistral-7b-instruct-v3	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/mistral-7b-v0p2	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/mistral-large-3-fp8	chat	256000	256000	1200000	1200000					
  fireworks	accounts/fireworks/models/mistral-nemo-base-2407	chat	128000	128000	200000	200000					
  fireworks	accounts/fireworks/models/mistral-nemo-instruct-2407	chat	128000	128000	200000	200000					
  fireworks	accounts/fireworks/models/mistral-small-24b-instruct-2501	chat	32768	32768	900000	900000					
  fireworks	accounts/fireworks/models/mixtral-8x22b	chat	65536	65536	1200000	1200000					
  fireworks	accounts/fireworks/models/mixtral-8x22b-instruct	chat	65536	65536	1200000	1200000					
  fireworks	accounts/fireworks/models/mixtral-8x7b	chat	32768	32768	500000	500000					
  fireworks	accounts/fireworks/models/mixtral-8x7b-instruct	chat	32768	32768	500000	500000					
  fireworks	accounts/fireworks/models/mixtral-8x7b-instruct-hf	chat	32768	32768	500000	500000					
  fireworks	accounts/fireworks/models/mythomax-l2-13b	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/nemotron-nano-v2-12b-vl	chat	131072	4096	100000	100000					
  fireworks	accounts/fireworks/models/nous-capybara-7b-v1p9	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/nous-hermes-2-mixtral-8x7b-dpo	chat	32768	32768	500000	500000					
  fireworks	accounts/fireworks/models/nous-hermes-2-yi-34b	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/nous-hermes-llama2-13b	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/nous-hermes-llama2-70b	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/nous-hermes-llama2-7b	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/nvidia-nemotron-nano-12b-v2	chat	128000	131072	200000	200000					
  fireworks	accounts/fireworks/models/nvidia-nemotron-nano-9b-v2	chat	128000	131072	200000	200000					
  fireworks	accounts/fireworks/models/openchat-3p5-0106-7b	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/openhermes-2-mistral-7b	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/openhermes-2p5-mistral-7b	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/openorca-7b	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/phi-2-3b	chat	2048	2048	100000	100000					
  fireworks	accounts/fireworks/models/phi-3-mini-128k-instruct	chat	131072	131072	100000	100000					
  fireworks	accounts/fireworks/models/phi-3-vision-128k-instruct	chat	32064	32064	200000	200000					
  fireworks	accounts/fireworks/models/phind-code-llama-34b-python-v1	chat	16384	16384	900000	900000					
  fireworks	accounts/fireworks/models/phind-code-llama-34b-v1	chat	16384	16384	900000	900000					
  fireworks	accounts/fireworks/models/phind-code-llama-34b-v2	chat	16384	16384	900000	900000					
  fireworks	accounts/fireworks/models/pythia-12b	chat	2048	2048	200000	200000					
  fireworks	accounts/fireworks/models/qwen-qwq-32b-preview	chat	32768	32768	900000	900000					
  fireworks	accounts/fireworks/models/qwen-v2p5-14b-instruct	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/qwen-v2p5-7b	chat	131072	131072	200000	200000					
  fireworks	accounts/fireworks/models/qwen1p5-72b-chat	chat	32768	32768	900000	900000					
  fireworks	accounts/fireworks/models/qwen2-7b-instruct	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/qwen2-vl-2b-instruct	chat	32768	32768	100000	100000					
  fireworks	accounts/fireworks/models/qwen2-vl-72b-instruct	chat	32768	32768	900000	900000					
  fireworks	accounts/fireworks/models/qwen2-vl-7b-instruct	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/qwen2p5-0p5b-instruct	chat	32768	32768	100000	100000					
  fireworks	accounts/fireworks/models/qwen2p5-14b	chat	131072	131072	200000	200000					
  fireworks	accounts/fireworks/models/qwen2p5-1p5b-instruct	chat	32768	32768	100000	100000					
  fireworks	accounts/fireworks/models/qwen2p5-32b	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-32b-instruct	chat	32768	32768	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-72b	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-72b-instruct	chat	32768	32768	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-7b-instruct	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-0p5b	chat	32768	32768	100000	100000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-0p5b-instruct	chat	32768	32768	100000	100000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-14b	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-14b-instruct	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-1p5b	chat	32768	32768	100000	100000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-1p5b-instruct	chat	32768	32768	100000	100000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-32b	chat	32768	32768	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-32b-instruct-128k	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-32b-instruct-32k-rope	chat	32768	32768	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-32b-instruct-64k	chat	65536	65536	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-3b	chat	32768	32768	100000	100000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-3b-instruct	chat	32768	32768	100000	100000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-7b	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/qwen2p5-coder-7b-instruct	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/qwen2p5-math-72b-instruct	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-vl-32b-instruct	chat	128000	128000	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-vl-3b-instruct	chat	128000	128000	200000	200000					
  fireworks	accounts/fireworks/models/qwen2p5-vl-72b-instruct	chat	128000	128000	900000	900000					
  fireworks	accounts/fireworks/models/qwen2p5-vl-7b-instruct	chat	128000	128000	200000	200000					
  fireworks	accounts/fireworks/models/qwen3-0p6b	chat	40960	40960	100000	100000					
  fireworks	accounts/fireworks/models/qwen3-14b	chat	40960	40960	200000	200000					
  fireworks	accounts/fireworks/models/qwen3-1p7b	chat	131072	131072	100000	100000					
  fireworks	accounts/fireworks/models/qwen3-1p7b-fp8-draft	chat	262144	262144	100000	100000					
  fireworks	accounts/fireworks/models/qwen3-1p7b-fp8-draft-131072	chat	131072	131072	100000	100000					
  fireworks	accounts/fireworks/models/qwen3-1p7b-fp8-draft-40960	chat	40960	40960	100000	100000					
  fireworks	accounts/fireworks/models/qwen3-235b-a22b	chat	131072	131072	220000	880000					
  fireworks	accounts/fireworks/models/qwen3-235b-a22b-instruct-2507	chat	262144	262144	220000	880000					
  fireworks	accounts/fireworks/models/qwen3-235b-a22b-thinking-2507	chat	262144	262144	220000	880000					
  fireworks	accounts/fireworks/models/qwen3-30b-a3b	chat	131072	131072	150000	600000					
  fireworks	accounts/fireworks/models/qwen3-30b-a3b-instruct-2507	chat	262144	262144	500000	500000					
  fireworks	accounts/fireworks/models/qwen3-30b-a3b-thinking-2507	chat	262144	262144	900000	900000					
  fireworks	accounts/fireworks/models/qwen3-32b	chat	131072	131072	900000	900000					reasoning
  fireworks	accounts/fireworks/models/qwen3-4b	chat	40960	40960	200000	200000					
  fireworks	accounts/fireworks/models/qwen3-4b-instruct-2507	chat	262144	262144	200000	200000					
  fireworks	accounts/fireworks/models/qwen3-8b	chat	40960	40960	200000	200000					reasoning
  fireworks	accounts/fireworks/models/qwen3-coder-30b-a3b-instruct	chat	262144	262144	150000	600000					
  fireworks	accounts/fireworks/models/qwen3-coder-480b-instruct-bf16	chat	262144	4096	900000	900000					
  fireworks	accounts/fireworks/models/qwen3-embedding-0p6b	embedding	32768	32768	0	0					
  fireworks	accounts/fireworks/models/qwen3-embedding-4b	embedding	40960	40960	0	0					
  fireworks	accounts/fireworks/models/qwen3-next-80b-a3b-instruct	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/qwen3-next-80b-a3b-thinking	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/qwen3-vl-235b-a22b-instruct	chat	262144	262144	220000	880000					
  fireworks	accounts/fireworks/models/qwen3-vl-235b-a22b-thinking	chat	262144	262144	220000	880000					
  fireworks	accounts/fireworks/models/qwen3-vl-30b-a3b-instruct	chat	262144	262144	150000	600000					
  fireworks	accounts/fireworks/models/qwen3-vl-30b-a3b-thinking	chat	262144	262144	150000	600000					
  fireworks	accounts/fireworks/models/qwen3-vl-32b-instruct	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/qwen3-vl-8b-instruct	chat	262144	4096	200000	200000					
  fireworks	accounts/fireworks/models/qwen3p7-plus	chat	262144	65536	400000	1600000	80000				function_calling,vision,reasoning,response_schema
  fireworks	accounts/fireworks/models/qwq-32b	chat	131072	131072	900000	900000					
  fireworks	accounts/fireworks/models/rolm-ocr	chat	128000	128000	200000	200000					
  fireworks	accounts/fireworks/models/snorkel-mistral-7b-pairrm-dpo	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/stablecode-3b	chat	4096	4096	100000	100000					
  fireworks	accounts/fireworks/models/starcoder-16b	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/starcoder-7b	chat	8192	8192	200000	200000					
  fireworks	accounts/fireworks/models/starcoder2-15b	chat	16384	16384	200000	200000					
  fireworks	accounts/fireworks/models/starcoder2-3b	chat	16384	16384	100000	100000					
  fireworks	accounts/fireworks/models/starcoder2-7b	chat	16384	16384	200000	200000					
  fireworks	accounts/fireworks/models/toppy-m-7b	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/models/yi-34b	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/yi-34b-200k-capybara	chat	200000	200000	900000	900000					
  fireworks	accounts/fireworks/models/yi-34b-chat	chat	4096	4096	900000	900000					
  fireworks	accounts/fireworks/models/yi-6b	chat	4096	4096	200000	200000					
  fireworks	accounts/fireworks/models/zephyr-7b-beta	chat	32768	32768	200000	200000					
  fireworks	accounts/fireworks/routers/glm-5p1-fast	chat	202800	131072	2800000	8800000	520000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/routers/kimi-k2p6-fast	chat	262144	32768	2000000	8000000	300000				function_calling,vision,reasoning,response_schema
  fireworks	accounts/fireworks/routers/kimi-k2p7-code-fast	chat	262144	32768	1900000	8000000	380000				function_calling,vision,reasoning,response_schema
  openai	gpt-5-search-api	chat	272000	128000	1250000	10000000	125000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-5-search-api-2025-10-14	chat	272000	128000	1250000	10000000	125000				function_calling,vision,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-flash-latest	chat	1048576	65536	750000	3750000	75000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-flash-lite-latest	chat	1048576	65536	300000	2500000	30000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-pro-latest	chat	1048576	65536	2000000	12000000	200000			200000:4000000:18000000:400000:	function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  gemini	gemini-pro-latest	chat	1048576	65536	2000000	12000000	200000			200000:4000000:18000000:400000:	function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  gemini	gemini-exp-1206	chat	1048576	65535	300000	2500000	30000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  deepseek	deepseek-flash	chat	1000000	393216	300000	1200000	6000	0			function_calling,vision,reasoning,prompt_caching,parallel_function_calling,response_schema
  deepseek	deepseek-v4-flash	chat	1000000	393216	300000	1200000	6000	0			function_calling,vision,reasoning,prompt_caching,parallel_function_calling,response_schema
  deepseek	deepseek-v4-flash-vision-exp	chat	1000000	393216	300000	1200000	6000	0			function_calling,vision,reasoning,prompt_caching,parallel_function_calling,response_schema
  deepseek	deepseek-v4-pro	chat	1000000	393216	1320000	3960000	44000	0			function_calling,reasoning,prompt_caching,parallel_function_calling,response_schema
  deepseek	deepseek-flash	chat	1000000	393216	300000	1200000	6000	0			function_calling,vision,reasoning,prompt_caching,parallel_function_calling,response_schema
  deepseek	deepseek-v4-flash	chat	1000000	393216	300000	1200000	6000	0			function_calling,vision,reasoning,prompt_caching,parallel_function_calling,response_schema
  deepseek	deepseek-v4-flash-vision-exp	chat	1000000	393216	300000	1200000	6000	0			function_calling,vision,reasoning,prompt_caching,parallel_function_calling,response_schema
  deepseek	deepseek-v4-pro	chat	1000000	393216	1320000	3960000	44000	0			function_calling,reasoning,prompt_caching,parallel_function_calling,response_schema
  xai	grok-4.20-0309-non-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,prompt_caching,response_schema
  xai	grok-4.20-multi-agent-0309	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	vision,reasoning,prompt_caching,response_schema
  xai	grok-build-0.1	chat	256000	256000	1000000	2000000	200000			200000:2000000:4000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  anthropic	claude-mythos-5	chat	1000000	128000	10000000	50000000	1000000	12500000	20000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-mythos-5-1	chat	1000000	128000	10000000	50000000	250000	12500000	20000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  anthropic	claude-mythos-preview	chat	1000000	128000	10000000	50000000	1000000	12500000	20000000		function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  gemini	gemini-robotics-er-2-streaming-preview	chat	131072	65536	1000000	5000000					function_calling,vision,reasoning
  mistral	mistral-small-2603	chat	262144	262144	150000	600000	15000				function_calling,vision,reasoning,response_schema
  mistral	labs-leanstral-1-5	chat	262144	131072	0	0					function_calling,response_schema
  perplexity	pplx-embed-context-v1-0.6b	embedding	32768		8000	0					
  perplexity	pplx-embed-context-v1-4b	embedding	32768		50000	0					
  voyage	voyage-4-large	embedding	32000		120000	0					
  voyage	voyage-4	embedding	32000		60000	0					
  voyage	voyage-4-lite	embedding	32000		20000	0					
  voyage	voyage-code-4	embedding	32000		120000	0					
  voyage	voyage-context-4	embedding	120000		120000	0					
  voyage	voyage-multimodal-3.5	embedding	32000		120000	0					
  fireworks	accounts/fireworks/models/deepseek-v4-flash-0731	chat	1048576	131072	220000	660000	7000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/deepseek-v4p1-flash	chat	1048576	393216	300000	1200000	6000				function_calling,vision,reasoning,prompt_caching,response_schema
  fireworks	accounts/fireworks/routers/deepseek-v4p1-flash-us	chat	1048576	393216	450000	1800000	9000				function_calling,vision,reasoning,prompt_caching,response_schema
  fireworks	accounts/fireworks/models/deepseek-v4-flash-vision-exp	chat	1048576	1048576	220000	660000	7000				function_calling,vision,response_schema
  fireworks	accounts/fireworks/models/kimi-k3	chat	1048576	131072	3000000	15000000	300000				function_calling,vision,reasoning,response_schema
  fireworks	deepseek-v4-flash-0731	chat	1048576	131072	220000	660000	7000				function_calling,reasoning,response_schema
  fireworks	deepseek-v4p1-flash	chat	1048576	393216	300000	1200000	6000				function_calling,vision,reasoning,prompt_caching,response_schema
  fireworks	deepseek-v4p1-flash-us	chat	1048576	393216	450000	1800000	9000				function_calling,vision,reasoning,prompt_caching,response_schema
  fireworks	deepseek-v4-flash-vision-exp	chat	1048576	1048576	220000	660000	7000				function_calling,vision,response_schema
  fireworks	glm-5p2-fast	chat	1048576	131072	2100000	6600000	210000				function_calling,reasoning,response_schema
  fireworks	glm-5p2-fast-us	chat	1048576	131072	2100000	6600000	210000				function_calling,reasoning,response_schema
  fireworks	kimi-k3	chat	1048576	131072	3000000	15000000	300000				function_calling,vision,reasoning,response_schema
  fireworks	kimi-k3-fast	chat	1048576	131072	4500000	22500000	450000				function_calling,vision,reasoning,response_schema
  fireworks	kimi-k3-us	chat	1048576	131072	4500000	22500000	450000				function_calling,vision,reasoning,response_schema
  fireworks	qwen3p8-max	chat	262144		2000000	6000000	250000				function_calling,vision,reasoning,response_schema
  fireworks	muse-glimmer-30b	chat	131072	16384	350000	1500000	40000				function_calling,vision,reasoning,response_schema
  fireworks	nemotron-lightning-3p5-30b-a3b	chat	262144	32768	50000	200000	10000				function_calling,reasoning,response_schema
  fireworks	nemotron-3-ultra-nvfp4	chat	262144	32768	600000	2400000	120000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/muse-glimmer-30b	chat	131072	16384	350000	1500000	40000				function_calling,vision,reasoning,response_schema
  fireworks	accounts/fireworks/models/muse-spark-open	chat	1048576		1250000	4250000	150000				function_calling,vision,reasoning
  fireworks	accounts/fireworks/models/nemotron-lightning-3p5-30b-a3b	chat	262144	32768	50000	200000	10000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/nemotron-3-ultra-nvfp4	chat	262144	32768	600000	2400000	120000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/qwen3p8-max	chat	262144		2000000	6000000	250000				function_calling,vision,reasoning,response_schema
  fireworks	accounts/fireworks/routers/glm-5p2-fast	chat	1048576	131072	2100000	6600000	210000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/routers/glm-5p2-fast-us	chat	1048576	131072	2100000	6600000	210000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/routers/kimi-k3-fast	chat	1048576	131072	4500000	22500000	450000				function_calling,vision,reasoning,response_schema
  fireworks	accounts/fireworks/routers/kimi-k3-us	chat	1048576	131072	4500000	22500000	450000				function_calling,vision,reasoning,response_schema
  gemini	gemini-omni-1.1-flash	chat	1048576	65536	1500000	9000000					vision,reasoning
  xai	grok-4.20	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-reasoning-latest	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-non-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,prompt_caching,response_schema
  xai	grok-4.20-non-reasoning-latest	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,prompt_caching,response_schema
  xai	grok-4.20-multi-agent	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-multi-agent-latest	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	vision,reasoning,prompt_caching,response_schema
  groq	qwen/qwen3.8-27b	chat	131072	16384	800000	4000000					function_calling,vision,reasoning,response_schema
  mistral	mistral-medium-3.5	chat	262144	262144	1500000	7500000	150000				function_calling,vision,reasoning,response_schema
  mistral	mistral-vibe-cli-latest	chat	262144	262144	1500000	7500000	150000				function_calling,vision,reasoning,response_schema
  mistral	mistral-vibe-cli-with-tools	chat	262144	262144	1500000	7500000	150000				function_calling,vision,reasoning,response_schema
  mistral	mistral-vibe-cli-fast	chat	262144	262144	150000	600000	15000				function_calling,vision,reasoning,response_schema
  mistral	mistral-code-latest	chat	128000	128000	300000	900000	30000				function_calling,response_schema
  mistral	mistral-code-fim-latest	chat	128000	128000	300000	900000	30000				function_calling,response_schema
  mistral	mistral-code-agent-latest	chat	256000	256000	400000	2000000	40000				function_calling,reasoning,response_schema
  mistral	labs-leanstral-1-5-1	chat	262144	131072	0	0					function_calling,response_schema
  fireworks	accounts/fireworks/models/glm-5p3	chat	1048576	128000	1400000	4400000	260000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/routers/glm-5p3-us	chat	1048576	128000	2100000	6600000	390000				function_calling,reasoning,response_schema
  fireworks	glm-5p3	chat	1048576	128000	1400000	4400000	260000				function_calling,reasoning,response_schema
  fireworks	glm-5p3-us	chat	1048576	128000	2100000	6600000	390000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/routers/glm-5p3-fast	chat	1048576	1048576	2100000	6600000	390000				function_calling,reasoning,response_schema
  fireworks	glm-5p3-fast	chat	1048576	1048576	2100000	6600000	390000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/glm-5p3-flash	chat	1048576	1048576	150000	500000	30000				function_calling,vision,response_schema
  fireworks	accounts/fireworks/routers/glm-5p3-flash-us	chat	1048576	1048576	225000	750000	45000				function_calling,vision,response_schema
  fireworks	glm-5p3-flash	chat	1048576	1048576	150000	500000	30000				function_calling,vision,response_schema
  fireworks	glm-5p3-flash-us	chat	1048576	1048576	225000	750000	45000				function_calling,vision,response_schema
  fireworks	accounts/fireworks/models/inkling	chat	1048576	1048576	1000000	4050000	170000				function_calling,vision,response_schema
  fireworks	accounts/fireworks/models/qwen3-embedding-8b	embedding	40960	40960	100000	0					
  zai	glm-5.2	chat	1000000	128000	1400000	4400000	260000	0			function_calling,reasoning,prompt_caching
  together	Qwen/Qwen3.8-Flash	chat	1000000	1000000	150000	470000					
  together	moonshotai/Kimi-K2.5-fp4	chat	262144		500000	2800000					
  together	MiniMaxAI/MiniMax-M2.7	chat	196608		300000	1200000	60000				
  together	deepseek-ai/DeepSeek-R1-0528	chat	163840		3000000	7000000					
  together	mistralai/Ministral-3-14B-Instruct-2512	chat	262144		200000	200000					
  together	nvidia/NVIDIA-Nemotron-Nano-9B-v2	chat	131072		60000	250000					
  together	mistralai/Mistral-7B-Instruct-v0.3	chat	32768		200000	200000					
  cerebras	gemma-4-31b	chat	131072	40960	990000	1490000					function_calling,vision,reasoning,parallel_function_calling,response_schema
  gemini	lyria-3.5-clip-preview	chat	131072	8192	0	0					
  gemini	lyria-3.5-pro-preview	chat	131072	8192	0	0					
  gemini	lyria-3.5	chat	131072	65536	0	0					
  gemini	lyria-realtime-exp	chat	1048576	65536	0	0					
  perplexity	anthropic/claude-fable-5	chat			10000000	50000000	1000000				function_calling
  perplexity	anthropic/claude-opus-5	chat			5000000	25000000	500000				function_calling
  perplexity	anthropic/claude-opus-4-8	chat			5000000	25000000	500000				function_calling
  perplexity	anthropic/claude-sonnet-5	chat			2000000	10000000	200000				function_calling
  perplexity	anthropic/claude-sonnet-4-6	chat			3000000	15000000	300000				function_calling
  perplexity	openai/gpt-5.6-sol	chat			4000000	20000000	400000			272000:8000000:30000000:800000:	function_calling
  perplexity	openai/gpt-5.6-terra	chat			2000000	12000000	200000			272000:4000000:18000000:400000:	function_calling
  perplexity	openai/gpt-5.6-luna	chat			200000	1200000	20000			272000:400000:1800000:40000:	function_calling
  perplexity	openai/gpt-5.5	chat			5000000	30000000	500000			272000:10000000:45000000::	function_calling
  perplexity	openai/gpt-5.4	chat			2500000	15000000	250000			272000:5000000:22500000::	function_calling
  perplexity	openai/gpt-5.4-mini	chat			750000	4500000	75000				function_calling
  perplexity	openai/gpt-5.4-nano	chat			200000	1250000	20000				function_calling
  perplexity	openai/gpt-5	chat			1250000	10000000	125000				function_calling
  perplexity	openai/gpt-5-nano	chat			50000	400000	5000				
  perplexity	openai/gpt-5.3-codex	chat			3500000	28000000	350000				
  perplexity	google/gemini-3.1-pro-preview	chat			2000000	12000000	200000			200000:4000000:18000000:400000:	function_calling
  perplexity	google/gemini-3.1-flash-lite	chat			250000	1500000	25000				function_calling
  perplexity	google/gemini-3.5-flash	chat			1500000	9000000	150000				function_calling
  perplexity	google/gemini-3.5-flash-lite	chat			300000	2500000	30000				function_calling
  perplexity	google/gemini-3.6-flash	chat			1500000	7500000	150000				function_calling
  perplexity	google/gemini-3.7-flash	chat			750000	3750000	75000				function_calling
  perplexity	xai/grok-4.6	chat			2000000	6000000	500000			200000:4000000:12000000:1000000:	function_calling
  perplexity	xai/grok-4.5	chat			2000000	6000000	300000			200000:4000000:12000000:600000:	function_calling
  perplexity	xai/grok-4.3	chat			1250000	2500000	200000			200000:2500000:5000000::	function_calling
  perplexity	xai/grok-4.20-reasoning	chat			1250000	2500000	200000			200000:2500000:5000000::	function_calling
  perplexity	xai/grok-4.20-non-reasoning	chat			1250000	2500000	200000			200000:2500000:5000000::	function_calling
  perplexity	xai/grok-4.20-multi-agent	chat			1250000	2500000	200000			200000:2500000:5000000::	function_calling
  perplexity	perplexity/glm-5.3	chat			1400000	4400000	260000				function_calling
  perplexity	perplexity/glm-5.3-flash	chat			150000	500000	30000				function_calling
  perplexity	perplexity/nemotron-3.5-lightning-30b-a3b	chat			11500	170000	1150				function_calling,reasoning
  perplexity	perplexity/nemotron-3-ultra-550b-a55b	chat			250000	2500000	250000				function_calling,reasoning
  together	arcee-ai/trinity-mini	chat	128000	128000	45000	150000					
  openai	gpt-5.5-cyber	chat			12500000	75000000	1250000				reasoning
  openai	gpt-5.5-cyber-preview	chat			12500000	75000000	1250000				reasoning
  openai	gpt-rosalind-research	chat			5000000	25000000	500000				
  together	meta-llama/Llama-3.1-405B-Instruct	chat	4096	4096	3500000	3500000					
  together	meta-llama/Llama-3.2-1B-Instruct	chat	131072	131072	60000	60000					
  together	meta-llama/Llama-3.2-3B-Instruct	chat	131072	131072	60000	60000					
  together	Qwen/Qwen2-1.5B-Instruct	chat	32768	32768	20000	20000					
  together	Qwen/Qwen2.5-14B-Instruct	chat	32768	32768	800000	800000					
  together	Qwen/Qwen2.5-72B-Instruct	chat	32768	32768	1200000	1200000					
  together	together/Tev1-4B-experimental	chat	32768		42000	0					
  together	NousResearch/Nous-Hermes-2-Mixtral-8x7B-DPO	chat	32768	32768	600000	600000					
  together	Qwen/QwQ-32B	chat	131072	131072	1200000	1200000					
  together	Qwen/Qwen2-72B-Instruct	chat	32768	32768	900000	900000					
  together	Qwen/Qwen2-VL-72B-Instruct	chat	32768	32768	1200000	1200000					
  together	Qwen/Qwen2.5-72B-Instruct-Turbo	chat	131072	131072	1200000	1200000					
  together	Qwen/Qwen2.5-Coder-32B-Instruct	chat	16384	16384	800000	800000					
  together	Qwen/Qwen2.5-VL-72B-Instruct	chat	32768	32768	1950000	8000000					
  together	Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8	chat	262144	262144	2000000	2000000					
  together	Qwen/Qwen3-Coder-Next-FP8	chat	262144	262144	500000	1200000					
  together	Qwen/Qwen3-Next-80B-A3B-Instruct	chat	262144	262144	150000	1500000					
  together	Qwen/Qwen3-Next-80B-A3B-Thinking	chat	262144	262144	150000	1500000					
  together	Qwen/Qwen3-VL-32B-Instruct	chat	262144	262144	500000	1500000					
  together	Qwen/Qwen3-VL-8B-Instruct	chat	262144	262144	180000	680000					
  together	Qwen/Qwen3.5-397B-A17B	chat	262144	262144	600000	3600000	350000				
  together	deepseek-ai/DeepSeek-R1-Distill-Llama-70B	chat	131072	131072	2000000	2000000					
  together	deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B	chat	131072	131072	180000	180000					
  together	deepseek-ai/DeepSeek-R1-Distill-Qwen-14B	chat	131072	131072	1600000	1600000					
  together	deepseek-ai/DeepSeek-V3.1	chat	131072	131072	600000	1700000					
  together	deepseek-ai/deepseek-coder-33b-instruct	chat	16384	16384	800000	800000					
  together	google/gemma-2-27b-it	chat	8192	8192	800000	800000					
  together	google/gemma-4-31B-it	chat	262144	262144	390000	970000					
  together	meta-llama/Llama-3-8b-chat-hf	chat	8192	8192	200000	200000					
  together	meta-llama/Llama-4-Scout-17B-16E-Instruct	chat	1048576	1048576	180000	590000					
  together	meta-llama/Meta-Llama-3-70B-Instruct-Turbo	chat	8192	8192	880000	880000					
  together	meta-llama/Meta-Llama-3-8B-Instruct	chat	8192	8192	200000	200000					
  together	meta-llama/Meta-Llama-3.1-70B-Instruct-Turbo	chat	131072	131072	880000	880000					
  together	meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo	chat	131072	131072	180000	180000					
  together	mistralai/Mistral-7B-Instruct-v0.1	chat	32768	32768	200000	200000					
  together	mistralai/Mistral-Small-24B-Instruct-2501	chat	32768	32768	100000	300000					
  together	mistralai/Mixtral-8x7B-Instruct-v0.1	chat	32768	32768	600000	600000					
  together	moonshotai/Kimi-K2.6	chat	262144	262144	1200000	4500000	200000				
  together	moonshotai/Kimi-K2.7-Code	chat	262144	262144	950000	4000000	190000				
  together	nvidia/Llama-3.1-Nemotron-70B-Instruct-HF	chat	32768	32768	880000	880000					
  together	nvidia/nemotron-3-ultra-550b-a55b	chat	512288	512288	600000	3600000	200000				
  together	openai/gpt-oss-20b	chat	131072	131072	50000	200000					
  together	zai-org/GLM-4.5-Air-FP8	chat	131072	131072	200000	1100000					
  together	zai-org/GLM-4.7	chat	202752	202752	450000	2000000					
  together	zai-org/GLM-5	chat	202752	202752	1000000	3200000					
  together	zai-org/GLM-5.1	chat	202752	202752	1400000	4400000	260000				
  xai	grok-4.20-0309	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-beta	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-beta-0309	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-beta-latest	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-beta-latest-non-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,prompt_caching,response_schema
  xai	grok-4.20-beta-latest-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-beta-non-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,prompt_caching,response_schema
  xai	grok-4.20-beta-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-experimental-beta-0304	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-experimental-beta-0304-non-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,prompt_caching,response_schema
  xai	grok-4.20-experimental-beta-0304-reasoning	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-experimental-beta-latest	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-experimental-beta-non-reasoning-latest	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,prompt_caching,response_schema
  xai	grok-4.20-experimental-beta-reasoning-latest	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-multi-agent-beta-latest	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-multi-agent-experimental-beta-0304	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-multi-agent-experimental-beta-latest	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	vision,reasoning,prompt_caching,response_schema
  xai	grok-4.20-non-reasoning-gv2	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,prompt_caching,response_schema
  xai	grok-4.20-reasoning-gv2	chat	1000000	1000000	1250000	2500000	200000			200000:2500000:5000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-code-fast	chat	256000	256000	1000000	2000000	200000			200000:2000000:4000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-code-fast-1	chat	256000	256000	1000000	2000000	200000			200000:2000000:4000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  xai	grok-code-fast-1-0825	chat	256000	256000	1000000	2000000	200000			200000:2000000:4000000:400000:	function_calling,vision,reasoning,prompt_caching,response_schema
  fireworks	accounts/fireworks/models/deepseek-v4-pro	chat	1048576	131072	1200000	1200000	600000				function_calling,reasoning,response_schema
  fireworks	accounts/fireworks/models/ember-1	chat	1048576		3000000	15000000	300000				function_calling,vision,reasoning,response_schema
  perplexity	anthropic/claude-sonnet-5-5	chat			2000000	10000000	200000				function_calling
  perplexity	anthropic/claude-fable-5-1	chat			10000000	50000000	250000				
  perplexity	anthropic/claude-opus-5-5	chat			4000000	20000000	200000				
  perplexity	openai/gpt-6.1-sol	chat			2000000	10000000	100000			272000:4000000:15000000:200000:	
  perplexity	openai/gpt-6-sol	chat			2000000	10000000	200000			272000:4000000:15000000:400000:	
  perplexity	openai/gpt-6-astra	chat			10000000	50000000	1000000	12500000			
  perplexity	openai/gpt-6-luna	chat			100000	500000	10000			272000:200000:750000:20000:	
  perplexity	google/gemini-3.8-flash	chat			750000	3750000	75000				
  perplexity	xai/grok-4.7	chat			2000000	6000000	500000			200000:4000000:12000000:1000000:	
  openai	gpt-6.1-sol	chat	922000	128000	2000000	10000000	100000	2500000		272000:4000000:15000000:200000:5000000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  anthropic	claude-haiku-5-5	chat	1000000	128000	100000	500000	10000	125000	200000	100000:500000:2500000:50000:625000	function_calling,vision,reasoning,prompt_caching,pdf_input,response_schema
  perplexity	anthropic/claude-haiku-5-5	chat			100000	500000	10000				function_calling
  openai	gpt-rosalind-discovery	chat			5000000	25000000	500000				
  vertex	gemini-robotics-er-2-preview	chat	131072	65536	1000000	5000000	100000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  gemini	gemini-4-argon	chat	1048576	1048576	2000000	10000000	100000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  together	nvidia/NVIDIA-Nemotron-3.5-Super-VL	chat	262144	262144	150000	500000	20000				function_calling,vision,reasoning,prompt_caching,parallel_function_calling,response_schema
  together	reflection/Beam-1.0-501B-A23B	chat	1048576	1048576	400000	1200000	40000				function_calling,prompt_caching,response_schema
  fireworks	accounts/fireworks/models/deepseek-v4p1-flash-1017	chat	1048576	393216	300000	1200000	6000				function_calling,vision,reasoning,prompt_caching,response_schema
  together	deepseek-ai/DeepSeek-V4.1-Flash-1017	chat	1048576	1048576	300000	1200000	6000				function_calling,vision,reasoning,prompt_caching,response_schema
  fireworks	accounts/fireworks/models/minimax-m3p1-flash	chat	1048576	1048576	150000	600000	15000				function_calling,vision,reasoning,response_schema
  fireworks	accounts/fireworks/models/deepseek-v4p1-flash-1017-us	chat	1048576	393216	450000	1800000	9000				function_calling,vision,reasoning,prompt_caching,response_schema
  openai	gpt-6.1-terra	chat	922000	128000	1000000	5000000	50000	1250000		272000:2000000:7500000:100000:2500000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  fireworks	accounts/fireworks/routers/spot-deepseek-v4-flash	chat	1048576	384000	105000	210000	21000				function_calling,reasoning,prompt_caching,response_schema
  fireworks	accounts/fireworks/routers/kimi-k3-spot	chat	1048576	131072	2100000	10500000	210000				function_calling,vision,reasoning,prompt_caching,response_schema
  fireworks	accounts/fireworks/routers/glm-5p3-spot	chat	1048576	128000	980000	3080000	182000				function_calling,reasoning,prompt_caching,response_schema
  fireworks	accounts/fireworks/routers/deepseek-v4p1-flash-spot	chat	1048576	393216	210000	840000	4200				function_calling,vision,reasoning,prompt_caching,response_schema
  fireworks	accounts/fireworks/routers/deepseek-v4p1-flash-1017-spot	chat	1048576	393216	210000	840000	4200				function_calling,vision,reasoning,prompt_caching,response_schema
  fireworks	accounts/fireworks/models/ultramarine-1-flash-us	chat	1048576	1048576	225000	750000	45000				vision,response_schema
  openai	gpt-6-rosalind	chat	922000	128000	15000000	75000000	1500000	18750000		272000:30000000:112500000:3000000:37500000	function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  openai	gpt-6-astra-law	chat	922000	128000	10000000	50000000	1000000				function_calling,vision,reasoning,prompt_caching,pdf_input,parallel_function_calling,response_schema
  """#
