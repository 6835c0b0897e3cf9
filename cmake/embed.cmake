# Turns files into C++ source. With IN: the bytes of one file as the array SYMBOL, see segue_embed.
# With TEXTS: a table of names and texts, see segue_embed_texts.
function(read_bytes file bytes)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," list "${hex}")
  string(REPEAT "." 80 line)
  string(REGEX REPLACE "(${line})" "\\1\n" list "${list}")
  set(${bytes} "${list}0" PARENT_SCOPE)  # the zero makes a C string of a text
endfunction()

if(DEFINED IN)
  file(SIZE ${IN} size)
  read_bytes(${IN} bytes)
  file(WRITE ${OUT}
"#include <cstddef>
extern const unsigned char ${SYMBOL}[];
extern const size_t ${SYMBOL}_size;
alignas(16) const unsigned char ${SYMBOL}[] = {
${bytes}};
const size_t ${SYMBOL}_size = ${size};
")
  return()
endif()

set(arrays "")
set(rows "")
foreach(text IN LISTS TEXTS)
  read_bytes(${text} bytes)
  get_filename_component(name ${text} NAME_WE)
  string(MAKE_C_IDENTIFIER "text_${name}" array)
  string(APPEND arrays "const unsigned char ${array}[] = {\n${bytes}};\n")
  string(APPEND rows "    {\"${name}\", reinterpret_cast<const char*>(${array})},\n")
endforeach()
file(WRITE ${OUT}
"namespace {
${arrays}}  // namespace
extern const char* const ${SYMBOL}[][2];
const char* const ${SYMBOL}[][2] = {
${rows}    {nullptr, nullptr},
};
")
