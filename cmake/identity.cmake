# Writes OUT, a .cc with `const char SYMBOL[]`: one hash of the contents of FILES, in their order.
set(all "")
foreach(file IN LISTS FILES)
  file(SHA256 ${file} hash)
  string(APPEND all "${hash}\n")
endforeach()
string(SHA256 identity "${all}")
file(WRITE ${OUT}
"extern const char ${SYMBOL}[];
const char ${SYMBOL}[] = \"${identity}\";
")
