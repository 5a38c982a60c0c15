/** Fields that a request cannot do without, by their paths. */
const ESSENTIAL: readonly RegExp[] = [
  /^(?:model|messages|stream|tools|tool_choice|response_format|prompt|input)$/,
  /^messages\[\]\.(?:role|content|tool_calls|tool_call_id)$/,
  /^messages\[\]\.content\[\]\.(?:type|text|image_url|input_audio|file|video_url)(?:\.(?:url|data|format|file_data))?$/,
  /^messages\[\]\.tool_calls\[\]\.(?:id|type|function)$/,
  /^(?:messages\[\]\.tool_calls|tools)\[\]\.function\.(?:name|arguments|description|parameters)$/,
  /^tools\[\]\.(?:type|name|function|parameters|description)$/,
  /^tool_choice\./,
  /^response_format\.(?:type|json_schema|schema)$/,
  /^response_format\.json_schema\.(?:name|schema)$/,
  // Parts of a JSON schema that carry its meaning.
  /\.\*\*\.(?:type|properties|required|items|enum|anyOf|oneOf|allOf|\$ref|\$defs|definitions|description|name|const)$/,
];

/** Whether a request cannot do without the field at `path`, such as `messages[].content`. */
export const isEssential = (path: string): boolean => ESSENTIAL.some((pattern) => pattern.test(path));
