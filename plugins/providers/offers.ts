/**
 * What the catalogue states about the providers with a type of their own.
 * Generated from catalogue/*.json5 by `npm run generate`: change those files, not this one.
 */
import type { KnownLimit, ProviderAbout } from '429chain/plugin';

/** The part of a provider type that states facts of the catalogue. */
interface Facts {
  readonly about: ProviderAbout;
  readonly knownLimits?: readonly KnownLimit[];
}

export const FACTS: Readonly<Record<"cerebras" | "cloudflare" | "cohere" | "deepseek" | "fireworks" | "gemini" | "groq" | "huggingface" | "kilo" | "llama-cpp" | "llm7" | "lm-studio" | "mistral" | "modelscope" | "moonshot" | "nvidia-nim" | "ollama" | "ollama-cloud" | "opencode-zen" | "openrouter" | "ovh" | "sambanova" | "siliconflow" | "together" | "vercel" | "vllm" | "zai", Facts>> = {
  "cerebras": {
    "about": {
      "title": "Cerebras",
      "freeTier": "One-time credit only since August 2026: 5 US dollars for 30 days, with a payment method.",
      "source": "https://inference-docs.cerebras.ai/support/rate-limits",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "one-time",
          "what": "gpt-oss-120b and qwen-3.8-27b",
          "examples": [
            "gpt-oss-120b"
          ],
          "source": "https://inference-docs.cerebras.ai/support/rate-limits",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://cloud.cerebras.ai",
      "needsCard": true,
      "keyMinutes": 5,
      "training": {
        "posture": "unknown"
      }
    },
    "knownLimits": [
      {
        "requests": 5,
        "per": "1m",
        "source": "https://inference-docs.cerebras.ai/support/rate-limits",
        "date": "2026-09-26"
      }
    ]
  },
  "cloudflare": {
    "about": {
      "title": "Cloudflare Workers AI",
      "freeTier": "10,000 neurons a day for the account, until 00:00 UTC: with gpt-oss-20b about 400,000 tokens. On the free plan nothing is ever billed.",
      "source": "https://developers.cloudflare.com/workers-ai/platform/pricing",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "recurring",
          "what": "all but a few of the largest models: Kimi K2, GLM 5 and DeepSeek V4",
          "models": "all",
          "except": [
            "*kimi-k2.6*",
            "*kimi-k2.7*",
            "*glm-5*",
            "*deepseek-v4*"
          ],
          "examples": [
            "@cf/openai/gpt-oss-120b",
            "@cf/openai/gpt-oss-20b",
            "@cf/meta/llama-3.3-70b-instruct-fp8-fast"
          ],
          "source": "https://developers.cloudflare.com/workers-ai/platform/pricing",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://dash.cloudflare.com/profile/api-tokens",
      "needsCard": false,
      "keyMinutes": 5,
      "keyNote": "You also need your account id, for the option accountId.",
      "training": {
        "posture": "no",
        "source": "https://developers.cloudflare.com/workers-ai/platform/data-usage",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "units": 10000,
        "each": "day",
        "scope": "provider",
        "costs": {
          "*gpt-oss-120b*": {
            "input": 31.818,
            "output": 68.182
          },
          "*gpt-oss-20b*": {
            "input": 18.182,
            "output": 27.273
          },
          "*llama-3.3-70b*": {
            "input": 26.668,
            "output": 204.805
          },
          "*qwen3.8-27b*": {
            "input": 40.909,
            "output": 290.909
          },
          "*glm-4.7-flash*": {
            "input": 5.5,
            "output": 36.4
          },
          "*nemotron-3-120b*": {
            "input": 45.455,
            "output": 136.364
          },
          "*gemma-4-26b*": {
            "input": 9.091,
            "output": 27.273
          },
          "*llama-4-scout*": {
            "input": 24.545,
            "output": 77.273
          },
          "*qwen3-30b-a3b*": {
            "input": 4.636,
            "output": 30.455
          },
          "*granite-4.0-h-micro*": {
            "input": 1.545,
            "output": 10.182
          },
          "*mistral-small-3.1*": {
            "input": 31.876,
            "output": 50.488
          }
        },
        "model": /^(?!(?:.*kimi-k2\.6.*|.*kimi-k2\.7.*|.*glm-5.*|.*deepseek-v4.*)$)/i,
        "source": "https://developers.cloudflare.com/workers-ai/platform/pricing",
        "date": "2026-09-26"
      },
      {
        "requests": 300,
        "per": "1m",
        "scope": "provider",
        "model": /^(?!(?:.*kimi-k2\.6.*|.*kimi-k2\.7.*|.*glm-5.*|.*deepseek-v4.*)$)/i,
        "source": "https://developers.cloudflare.com/workers-ai/platform/pricing",
        "date": "2026-09-26"
      }
    ]
  },
  "cohere": {
    "about": {
      "title": "Cohere",
      "freeTier": "All models with a trial key: 20 requests a minute for each model, and 1,000 a month for the account.",
      "source": "https://docs.cohere.com/docs/rate-limits",
      "date": "2026-09-26",
      "allFree": true,
      "offers": [
        {
          "kind": "recurring",
          "what": "all models, with a trial key",
          "models": "all",
          "examples": [
            "command-a-03-2025",
            "command-r7b-12-2024"
          ],
          "source": "https://docs.cohere.com/docs/rate-limits",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://dashboard.cohere.com/api-keys",
      "needsCard": false,
      "keyMinutes": 2,
      "training": {
        "posture": "may",
        "note": "Requests with a trial key may be used for research; send no personal data.",
        "source": "https://cohere.com/privacy",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "requests": 20,
        "per": "1m",
        "source": "https://docs.cohere.com/docs/rate-limits",
        "date": "2026-09-26"
      },
      {
        "requests": 1000,
        "each": "month",
        "scope": "provider",
        "source": "https://docs.cohere.com/docs/rate-limits",
        "date": "2026-09-26"
      }
    ]
  },
  "deepseek": {
    "about": {
      "title": "DeepSeek",
      "freeTier": "Nothing is free: requests are paid in advance.",
      "source": "https://github.com/IdoY12/awesome-free-ai-apis",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "none",
          "source": "https://github.com/IdoY12/awesome-free-ai-apis",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://platform.deepseek.com/api_keys",
      "training": {
        "posture": "unknown"
      }
    }
  },
  "fireworks": {
    "about": {
      "title": "Fireworks",
      "freeTier": "One-time credit of one US dollar, with about 10 requests a minute before a payment method is added. Its terms forbid proxies.",
      "source": "https://github.com/IdoY12/awesome-free-ai-apis",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "one-time",
          "what": "all models",
          "models": "all",
          "source": "https://github.com/IdoY12/awesome-free-ai-apis",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://app.fireworks.ai/settings/users/api-keys",
      "keyMinutes": 3,
      "training": {
        "posture": "unknown"
      }
    }
  },
  "gemini": {
    "about": {
      "title": "Google Gemini",
      "freeTier": "Flash, Flash-Lite and Gemma are free for each project: Flash 5 requests a minute and 20 a day, 3.1 Flash-Lite 500 a day, Gemma 14,400 a day.",
      "source": "https://ai.google.dev/gemini-api/docs/pricing",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "recurring",
          "what": "Flash, Flash-Lite and Gemma; not Pro, and no images",
          "models": [
            "gemini-*flash*",
            "models/gemini-*flash*",
            "gemma-*",
            "models/gemma-*"
          ],
          "except": [
            "*flash*image*",
            "*flash*tts*",
            "*flash*live*",
            "*flash*audio*"
          ],
          "examples": [
            "gemini-3.1-flash-lite",
            "gemini-3.8-flash",
            "gemini-3.5-flash-lite"
          ],
          "source": "https://ai.google.dev/gemini-api/docs/pricing",
          "date": "2026-09-26"
        },
        {
          "kind": "recurring",
          "what": "limits of these models, as refusals state them",
          "models": [
            "gemini-*flash*",
            "models/gemini-*flash*",
            "gemma-*",
            "models/gemma-*"
          ],
          "except": [
            "*flash*image*",
            "*flash*tts*",
            "*flash*live*",
            "*flash*audio*"
          ],
          "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
          "date": "2026-08-16"
        }
      ],
      "keyUrl": "https://aistudio.google.com/apikey",
      "needsCard": false,
      "keyMinutes": 2,
      "keyNote": "A key of a project with billing is charged.",
      "training": {
        "posture": "may",
        "note": "Not for users in the EEA, Switzerland and the UK.",
        "source": "https://ai.google.dev/gemini-api/terms",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "requests": 5,
        "per": "1m",
        "model": /^(?!(?:.*flash-lite.*)$)(?:.*gemini-.*flash.*)$/i,
        "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
        "date": "2026-08-16"
      },
      {
        "requests": 20,
        "each": "day",
        "zone": "America/Los_Angeles",
        "model": /^(?!(?:.*flash-lite.*)$)(?:.*gemini-.*flash.*)$/i,
        "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
        "date": "2026-08-16"
      },
      {
        "requests": 10,
        "per": "1m",
        "model": /^(?:.*gemini-2\.5-flash-lite.*)$/i,
        "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
        "date": "2026-08-16"
      },
      {
        "requests": 20,
        "each": "day",
        "zone": "America/Los_Angeles",
        "model": /^(?:.*gemini-2\.5-flash-lite.*)$/i,
        "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
        "date": "2026-08-16"
      },
      {
        "requests": 15,
        "per": "1m",
        "model": /^(?:.*gemini-3\.1-flash-lite.*)$/i,
        "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
        "date": "2026-08-16"
      },
      {
        "requests": 500,
        "each": "day",
        "zone": "America/Los_Angeles",
        "model": /^(?:.*gemini-3\.1-flash-lite.*)$/i,
        "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
        "date": "2026-08-16"
      },
      {
        "requests": 30,
        "per": "1m",
        "model": /^(?:.*gemma-.*)$/i,
        "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
        "date": "2026-08-16"
      },
      {
        "input_tokens": 15000,
        "per": "1m",
        "model": /^(?:.*gemma-.*)$/i,
        "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
        "date": "2026-08-16"
      },
      {
        "requests": 14400,
        "each": "day",
        "zone": "America/Los_Angeles",
        "model": /^(?:.*gemma-.*)$/i,
        "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
        "date": "2026-08-16"
      }
    ]
  },
  "groq": {
    "about": {
      "title": "Groq",
      "freeTier": "Very fast. All chat models are free. Each model: 30 requests and 8,000 tokens a minute, 1,000 requests and 200,000 tokens a day.",
      "source": "https://console.groq.com/docs/rate-limits",
      "date": "2026-09-26",
      "allFree": true,
      "offers": [
        {
          "kind": "recurring",
          "what": "all chat models",
          "models": "all",
          "examples": [
            "openai/gpt-oss-120b",
            "openai/gpt-oss-20b",
            "qwen/qwen3.8-27b"
          ],
          "source": "https://console.groq.com/docs/rate-limits",
          "date": "2026-09-26"
        },
        {
          "kind": "recurring",
          "what": "groq/compound and groq/compound-mini",
          "models": [
            "groq/compound*"
          ],
          "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
          "date": "2026-08-18"
        }
      ],
      "keyUrl": "https://console.groq.com/keys",
      "needsCard": false,
      "keyMinutes": 2,
      "training": {
        "posture": "no",
        "source": "https://console.groq.com/docs/legal/services-agreement",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "requests": 30,
        "per": "1m",
        "source": "https://console.groq.com/docs/rate-limits",
        "date": "2026-09-26"
      }
    ]
  },
  "huggingface": {
    "about": {
      "title": "Hugging Face",
      "freeTier": "A credit of 0.10 US dollars a month, for any model that its router reaches.",
      "source": "https://huggingface.co/docs/inference-providers/pricing",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "recurring",
          "what": "a credit for all models together",
          "source": "https://huggingface.co/docs/inference-providers/pricing",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://huggingface.co/settings/tokens",
      "needsCard": false,
      "keyMinutes": 3,
      "keyNote": "The key needs the right \"Inference Providers\".",
      "training": {
        "posture": "unknown",
        "note": "The router does not train; the provider behind it has its own terms.",
        "source": "https://huggingface.co/docs/inference-providers/en/security",
        "date": "2026-09-26"
      }
    }
  },
  "kilo": {
    "about": {
      "title": "Kilo Gateway",
      "freeTier": "No key needed for models whose id ends in :free and for kilo-auto/free: 200 requests an hour from your IP address.",
      "source": "https://kilo.ai/docs/gateway/authentication",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "keyless",
          "what": "models whose id ends in :free, and kilo-auto/free",
          "models": [
            "*:free",
            "kilo-auto/free",
            "openrouter/free"
          ],
          "examples": [
            "kilo-auto/free"
          ],
          "source": "https://kilo.ai/docs/gateway/authentication",
          "date": "2026-09-26"
        },
        {
          "kind": "keyless",
          "what": "the same models",
          "models": [
            "*:free",
            "kilo-auto/free",
            "openrouter/free"
          ],
          "source": "https://github.com/Kilo-Org/cloud",
          "date": "2026-02-22"
        },
        {
          "kind": "zero-price",
          "what": "the same models with a key",
          "models": [
            "*:free",
            "kilo-auto/free",
            "openrouter/free"
          ],
          "source": "https://kilo.ai/docs/gateway/authentication",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://app.kilo.ai/profile",
      "needsKey": false,
      "needsCard": false,
      "keyMinutes": 2,
      "training": {
        "posture": "may",
        "note": "Free models may log and train.",
        "source": "https://kilo.ai/docs/gateway/models-and-providers",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "requests": 200,
        "per": "1h",
        "pool": "free",
        "keyless": true,
        "source": "https://kilo.ai/docs/gateway/authentication",
        "date": "2026-09-26"
      },
      {
        "requests": 10000,
        "per": "1d",
        "pool": "free",
        "keyless": true,
        "source": "https://github.com/Kilo-Org/cloud",
        "date": "2026-02-22"
      },
      {
        "requests": 200,
        "per": "1h",
        "pool": "free",
        "keyless": false,
        "source": "https://kilo.ai/docs/gateway/authentication",
        "date": "2026-09-26"
      }
    ]
  },
  "llama-cpp": {
    "about": {
      "title": "llama.cpp",
      "freeTier": "Your own server: only the machine limits it.",
      "allFree": true,
      "offers": [
        {
          "kind": "own",
          "models": "all"
        }
      ],
      "needsKey": false,
      "training": {
        "posture": "no",
        "note": "Everything stays on the machine."
      }
    }
  },
  "llm7": {
    "about": {
      "title": "LLM7",
      "freeTier": "No key needed for the models of the tier turbo: 10 requests a minute and 60 an hour from your IP address. A free key allows 100 an hour.",
      "source": "https://docs.llm7.io/limits",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "keyless",
          "what": "models of the tier turbo",
          "examples": [
            "default"
          ],
          "source": "https://docs.llm7.io/limits",
          "date": "2026-09-26"
        },
        {
          "kind": "recurring",
          "what": "the same models with a free key",
          "source": "https://docs.llm7.io/limits",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://token.llm7.io",
      "needsKey": false,
      "needsCard": false,
      "keyMinutes": 2,
      "training": {
        "posture": "unknown"
      }
    },
    "knownLimits": [
      {
        "requests": 1,
        "per": "1s",
        "scope": "provider",
        "keyless": true,
        "source": "https://docs.llm7.io/limits",
        "date": "2026-09-26"
      },
      {
        "requests": 10,
        "per": "1m",
        "scope": "provider",
        "keyless": true,
        "source": "https://docs.llm7.io/limits",
        "date": "2026-09-26"
      },
      {
        "requests": 60,
        "per": "1h",
        "scope": "provider",
        "keyless": true,
        "source": "https://docs.llm7.io/limits",
        "date": "2026-09-26"
      },
      {
        "tokens": 500000,
        "per": "1d",
        "scope": "provider",
        "keyless": true,
        "source": "https://docs.llm7.io/limits",
        "date": "2026-09-26"
      },
      {
        "requests": 2,
        "per": "1s",
        "scope": "provider",
        "keyless": false,
        "source": "https://docs.llm7.io/limits",
        "date": "2026-09-26"
      },
      {
        "requests": 40,
        "per": "1m",
        "scope": "provider",
        "keyless": false,
        "source": "https://docs.llm7.io/limits",
        "date": "2026-09-26"
      },
      {
        "requests": 100,
        "per": "1h",
        "scope": "provider",
        "keyless": false,
        "source": "https://docs.llm7.io/limits",
        "date": "2026-09-26"
      },
      {
        "tokens": 1000000,
        "per": "1d",
        "scope": "provider",
        "keyless": false,
        "source": "https://docs.llm7.io/limits",
        "date": "2026-09-26"
      }
    ]
  },
  "lm-studio": {
    "about": {
      "title": "LM Studio",
      "freeTier": "Your own server: only the machine limits it.",
      "allFree": true,
      "offers": [
        {
          "kind": "own",
          "models": "all"
        }
      ],
      "needsKey": false,
      "training": {
        "posture": "no",
        "note": "Everything stays on the machine."
      }
    }
  },
  "mistral": {
    "about": {
      "title": "Mistral",
      "freeTier": "All models, with limits for each: mistral-small 50 requests and 50,000 tokens a minute, mistral-large 4 requests. Also a monthly credit.",
      "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
      "date": "2026-08-18",
      "allFree": true,
      "offers": [
        {
          "kind": "recurring",
          "what": "all models except a few with limit 0",
          "models": "all",
          "examples": [
            "mistral-small-latest",
            "mistral-medium-latest",
            "codestral-latest"
          ],
          "source": "https://github.com/Jerome-Group/syrax/blob/main/docs/research/free-tier-limits.md",
          "date": "2026-08-18"
        },
        {
          "kind": "recurring",
          "what": "a credit for all models together",
          "source": "https://mistral.ai/pricing",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://console.mistral.ai/api-keys",
      "needsCard": false,
      "keyMinutes": 4,
      "keyNote": "Requires a phone number for each plan.",
      "training": {
        "posture": "may",
        "note": "The account can opt out.",
        "source": "https://help.mistral.ai/en/articles/347617-do-you-use-my-user-data-to-train-your-artificial-intelligence-models",
        "date": "2026-09-26"
      }
    }
  },
  "modelscope": {
    "about": {
      "title": "ModelScope",
      "freeTier": "2,000 requests a day for the account, and up to 500 for each model. For non-commercial use.",
      "source": "https://modelscope.cn/headlines/article/795",
      "date": "2026-09-26",
      "allFree": true,
      "offers": [
        {
          "kind": "recurring",
          "what": "all models that it lists",
          "models": "all",
          "source": "https://modelscope.cn/headlines/article/795",
          "date": "2026-09-26"
        },
        {
          "kind": "recurring",
          "what": "each model",
          "models": "all",
          "source": "https://github.com/mnfst/awesome-free-llm-apis",
          "date": "2026-08-21"
        }
      ],
      "keyUrl": "https://modelscope.cn/my/myaccesstoken",
      "needsCard": false,
      "keyMinutes": 15,
      "keyNote": "The account must be linked to Alibaba Cloud, in China with your real name.",
      "training": {
        "posture": "unknown"
      }
    },
    "knownLimits": [
      {
        "requests": 2000,
        "each": "day",
        "zone": "Asia/Shanghai",
        "scope": "provider",
        "source": "https://modelscope.cn/headlines/article/795",
        "date": "2026-09-26"
      }
    ]
  },
  "moonshot": {
    "about": {
      "title": "Moonshot (Kimi)",
      "freeTier": "Nothing is free: one US dollar must be paid first.",
      "source": "https://platform.moonshot.ai/docs/pricing/limits",
      "date": "2026-11-29",
      "offers": [
        {
          "kind": "none",
          "what": "after one US dollar was paid",
          "source": "https://platform.moonshot.ai/docs/pricing/limits",
          "date": "2026-11-29"
        }
      ],
      "keyUrl": "https://platform.moonshot.ai/console/api-keys",
      "needsCard": true,
      "training": {
        "posture": "unknown"
      }
    }
  },
  "nvidia-nim": {
    "about": {
      "title": "NVIDIA NIM",
      "freeTier": "About 40 requests a minute for each of many models. For prototyping only.",
      "source": "https://forums.developer.nvidia.com/t/model-limits/331075",
      "date": "2026-09-26",
      "allFree": true,
      "offers": [
        {
          "kind": "recurring",
          "what": "all chat models that it lists",
          "models": "all",
          "examples": [
            "openai/gpt-oss-120b",
            "meta/llama-3.3-70b-instruct"
          ],
          "source": "https://forums.developer.nvidia.com/t/model-limits/331075",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://build.nvidia.com/settings/api-keys",
      "needsCard": false,
      "keyMinutes": 4,
      "keyNote": "The key belongs to the developer programme.",
      "training": {
        "posture": "may",
        "note": "According to resellers, use is logged for security and to improve products.",
        "source": "https://github.com/IdoY12/awesome-free-ai-apis",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "requests": 40,
        "per": "1m",
        "source": "https://forums.developer.nvidia.com/t/model-limits/331075",
        "date": "2026-09-26"
      }
    ]
  },
  "ollama": {
    "about": {
      "title": "Ollama",
      "freeTier": "Your own server: only the machine limits it.",
      "allFree": true,
      "offers": [
        {
          "kind": "own",
          "models": "all"
        }
      ],
      "needsKey": false,
      "training": {
        "posture": "no",
        "note": "Everything stays on the machine."
      }
    }
  },
  "ollama-cloud": {
    "about": {
      "title": "Ollama Cloud",
      "freeTier": "Starter models, one request at a time, with an unpublished amount a month.",
      "source": "https://ollama.com/pricing",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "recurring",
          "what": "starter models; its list has more",
          "source": "https://ollama.com/pricing",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://ollama.com/settings/keys",
      "needsCard": false,
      "keyMinutes": 2,
      "keyNote": "One account per person.",
      "training": {
        "posture": "no",
        "source": "https://ollama.com/privacy",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "concurrent": 1,
        "scope": "provider",
        "source": "https://ollama.com/pricing",
        "date": "2026-09-26"
      }
    ]
  },
  "opencode-zen": {
    "about": {
      "title": "OpenCode Zen",
      "freeTier": "No key needed for a few models that change: an unpublished number of requests a day from your IP address.",
      "source": "https://opencode.ai/docs/zen",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "keyless",
          "what": "a few models, which its documentation names",
          "examples": [
            "big-pickle"
          ],
          "source": "https://opencode.ai/docs/zen",
          "date": "2026-09-26"
        },
        {
          "kind": "zero-price",
          "what": "the same models with a key",
          "source": "https://github.com/anomalyco/opencode",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://opencode.ai/auth",
      "needsKey": false,
      "needsCard": false,
      "keyMinutes": 2,
      "training": {
        "posture": "may",
        "note": "Only the free models; the others store nothing.",
        "source": "https://opencode.ai/docs/zen",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "requests": 500,
        "per": "1m",
        "keyless": false,
        "source": "https://github.com/anomalyco/opencode",
        "date": "2026-09-26"
      }
    ]
  },
  "openrouter": {
    "about": {
      "title": "OpenRouter",
      "freeTier": "Models whose id ends in :free. All of them together: 20 requests a minute and 50 a day, or 1,000 a day if you ever bought 10 credits.",
      "source": "https://openrouter.ai/docs/api_reference/limits",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "zero-price",
          "what": "models whose id ends in :free",
          "models": [
            "*:free",
            "openrouter/free"
          ],
          "examples": [
            "openrouter/free"
          ],
          "source": "https://openrouter.ai/docs/api_reference/limits",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://openrouter.ai/settings/keys",
      "needsCard": false,
      "keyMinutes": 2,
      "training": {
        "posture": "may",
        "note": "Some free endpoints log and train; an account setting decides which of them are used.",
        "source": "https://openrouter.ai/docs/guides/privacy/provider-logging",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "requests": 20,
        "per": "1m",
        "pool": "free",
        "source": "https://openrouter.ai/docs/api_reference/limits",
        "date": "2026-09-26"
      }
    ]
  },
  "ovh": {
    "about": {
      "title": "OVHcloud AI Endpoints",
      "freeTier": "No key needed: 2 requests a minute for each model from your IP address. With a key, everything is billed.",
      "source": "https://docs.ovhcloud.com/en/guides/public-cloud/ai-machine-learning/ai-endpoints-capabilities",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "keyless",
          "what": "all models",
          "models": "all",
          "examples": [
            "gpt-oss-120b",
            "gpt-oss-20b",
            "qwen-3-8-27b"
          ],
          "source": "https://docs.ovhcloud.com/en/guides/public-cloud/ai-machine-learning/ai-endpoints-capabilities",
          "date": "2026-09-26"
        },
        {
          "kind": "none",
          "what": "with a key, which belongs to a billed project",
          "source": "https://docs.ovhcloud.com/en/guides/public-cloud/ai-machine-learning/ai-endpoints-getting-started",
          "date": "2026-09-26"
        }
      ],
      "needsKey": false,
      "training": {
        "posture": "no",
        "source": "https://docs.ovhcloud.com/en/guides/public-cloud/ai-machine-learning/ai-endpoints-capabilities",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "requests": 2,
        "per": "1m",
        "keyless": true,
        "source": "https://docs.ovhcloud.com/en/guides/public-cloud/ai-machine-learning/ai-endpoints-capabilities",
        "date": "2026-09-26"
      },
      {
        "requests": 400,
        "per": "1m",
        "keyless": false,
        "source": "https://docs.ovhcloud.com/en/guides/public-cloud/ai-machine-learning/ai-endpoints-getting-started",
        "date": "2026-09-26"
      }
    ]
  },
  "sambanova": {
    "about": {
      "title": "SambaNova",
      "freeTier": "Its page states 20 requests a minute and 20 a day for each model, but new accounts need a payment method.",
      "source": "https://docs.sambanova.ai/docs/en/models/rate-limits",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "none",
          "what": "for new accounts, which are refused with 402 without a payment method",
          "source": "https://docs.sambanova.ai/docs/en/models/rate-limits",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://cloud.sambanova.ai/apis",
      "keyMinutes": 3,
      "keyNote": "Reports differ on whether a payment method is needed.",
      "training": {
        "posture": "no",
        "note": "By its terms.",
        "source": "https://sambanova.ai/cloud-end-user-license-agreement",
        "date": "2026-09-26"
      }
    }
  },
  "siliconflow": {
    "about": {
      "title": "SiliconFlow",
      "freeTier": "A few small models in China, after an identity check; reports differ on which. None outside China.",
      "source": "https://github.com/mnfst/awesome-free-llm-apis",
      "date": "2026-08-21",
      "offers": [
        {
          "kind": "zero-price",
          "what": "a few small models, in China only",
          "examples": [
            "Qwen/Qwen3-8B"
          ],
          "source": "https://github.com/mnfst/awesome-free-llm-apis",
          "date": "2026-08-21"
        }
      ],
      "keyUrl": "https://cloud.siliconflow.cn/account/ak",
      "needsCard": false,
      "keyMinutes": 10,
      "keyNote": "Requires an identity check with documents from mainland China.",
      "training": {
        "posture": "unknown"
      }
    }
  },
  "together": {
    "about": {
      "title": "Together AI",
      "freeTier": "Nothing at first: you must buy 5 US dollars of credit. Then one chat model is free.",
      "source": "https://github.com/IdoY12/awesome-free-ai-apis",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "zero-price",
          "what": "one model, after you bought 5 US dollars of credit",
          "models": [
            "Prism-ML/Ternary-Bonsai-27B"
          ],
          "examples": [
            "Prism-ML/Ternary-Bonsai-27B"
          ],
          "source": "https://github.com/IdoY12/awesome-free-ai-apis",
          "date": "2026-09-26"
        }
      ],
      "keyUrl": "https://api.together.ai/settings/api-keys",
      "needsCard": true,
      "keyMinutes": 5,
      "training": {
        "posture": "unknown"
      }
    }
  },
  "vercel": {
    "about": {
      "title": "Vercel AI Gateway",
      "freeTier": "A monthly credit, reportedly 5 US dollars, with a card on file and until your first purchase. A few models are free.",
      "source": "https://vercel.com/docs/ai-gateway/pricing",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "recurring",
          "what": "a credit for some of the models",
          "source": "https://vercel.com/docs/ai-gateway/pricing",
          "date": "2026-09-26"
        },
        {
          "kind": "zero-price",
          "what": "a few models, whose prices in its list are 0",
          "source": "https://github.com/pauljones0/freellmpool",
          "date": "2026-09-16"
        }
      ],
      "keyUrl": "https://vercel.com/d?to=%2F%5Bteam%5D%2F%7E%2Fai-gateway%2Fapi-keys",
      "needsCard": true,
      "keyMinutes": 6,
      "training": {
        "posture": "unknown",
        "note": "Vercel itself does not; the provider's own terms hold.",
        "source": "https://vercel.com/docs/ai-gateway/faq",
        "date": "2026-09-26"
      }
    }
  },
  "vllm": {
    "about": {
      "title": "vLLM",
      "freeTier": "Your own server: only the machine limits it.",
      "allFree": true,
      "offers": [
        {
          "kind": "own",
          "models": "all"
        }
      ],
      "needsKey": false,
      "training": {
        "posture": "no",
        "note": "Everything stays on the machine."
      }
    }
  },
  "zai": {
    "about": {
      "title": "Z.ai",
      "freeTier": "Three flash models of GLM are free, one request at a time.",
      "source": "https://docs.z.ai/guides/overview/pricing",
      "date": "2026-09-26",
      "offers": [
        {
          "kind": "zero-price",
          "what": "glm-4.7-flash, glm-4.5-flash and glm-4.6v-flash",
          "models": [
            "glm-4.7-flash",
            "glm-4.5-flash",
            "glm-4.6v-flash"
          ],
          "examples": [
            "glm-4.7-flash",
            "glm-4.5-flash",
            "glm-4.6v-flash"
          ],
          "source": "https://docs.z.ai/guides/overview/pricing",
          "date": "2026-09-26"
        },
        {
          "kind": "zero-price",
          "what": "the limit of these models",
          "models": [
            "glm-4.7-flash",
            "glm-4.5-flash",
            "glm-4.6v-flash"
          ],
          "source": "https://github.com/pauljones0/freellmpool",
          "date": "2026-09-05"
        }
      ],
      "keyUrl": "https://z.ai/manage-apikey/apikey-list",
      "needsCard": false,
      "keyMinutes": 3,
      "training": {
        "posture": "no",
        "source": "https://docs.z.ai/legal-agreement/terms-of-use",
        "date": "2026-09-26"
      }
    },
    "knownLimits": [
      {
        "concurrent": 1,
        "model": /^(?:glm-4\.7-flash|glm-4\.5-flash|glm-4\.6v-flash)$/i,
        "source": "https://github.com/pauljones0/freellmpool",
        "date": "2026-09-05"
      }
    ]
  }
};
