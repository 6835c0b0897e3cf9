# Writes the bytes of IN as the C++ array SYMBOL to OUT; see segue_embed.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(................................................................................)" "\\1\n"
       bytes "${bytes}")
file(SIZE ${IN} size)
file(WRITE ${OUT}
"#include <cstddef>
extern const unsigned char ${SYMBOL}[];
extern const size_t ${SYMBOL}_size;
alignas(16) const unsigned char ${SYMBOL}[] = {
${bytes}0};
const size_t ${SYMBOL}_size = ${size};
")
