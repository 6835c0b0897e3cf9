# The parser is generated into the build folder from grammar/*.g4. Only compiler/syntax/antlr may
# see ANTLR: its headers are on that target's private path alone.
find_program(SEGUE_ANTLR4 antlr4 REQUIRED)
segue_find_archive(SEGUE_ANTLR4_RUNTIME antlr4-runtime)
find_path(SEGUE_ANTLR4_INCLUDE antlr4-runtime.h PATH_SUFFIXES antlr4-runtime REQUIRED)

function(segue_use_antlr TARGET)
  set(grammars ${PROJECT_SOURCE_DIR}/grammar/SegLexer.g4 ${PROJECT_SOURCE_DIR}/grammar/SegParser.g4)
  file(GLOB found CONFIGURE_DEPENDS ${grammars})
  list(LENGTH found count)
  get_target_property(type ${TARGET} TYPE)
  if(count LESS 2 OR type STREQUAL INTERFACE_LIBRARY)
    return()
  endif()

  set(out ${PROJECT_BINARY_DIR}/generated/grammar)
  set(generated SegLexer.cpp SegParser.cpp SegParserVisitor.cpp SegParserBaseVisitor.cpp)
  list(TRANSFORM generated PREPEND ${out}/)
  set(antlr4 ${SEGUE_ANTLR4} -Dlanguage=Cpp -visitor -no-listener -package segue_grammar
             -Xexact-output-dir -o ${out})
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${antlr4} -lib ${PROJECT_SOURCE_DIR}/grammar SegLexer.g4
    COMMAND ${antlr4} -lib ${out} SegParser.g4
    DEPENDS ${grammars}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/grammar
    COMMENT "Generating the parser"
    VERBATIM)

  # A library of its own: the generated code neither knows char8_t nor compiles without warnings.
  add_library(segue_grammar STATIC ${generated})
  target_compile_options(segue_grammar PUBLIC -fno-char8_t PRIVATE -w)
  target_include_directories(segue_grammar SYSTEM PUBLIC ${SEGUE_ANTLR4_INCLUDE}
                                                         ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(segue_grammar PUBLIC ${SEGUE_ANTLR4_RUNTIME} Threads::Threads)
  target_link_libraries(${TARGET} PRIVATE segue_grammar)
  foreach(user ${TARGET}_test ${TARGET}_headers)
    if(TARGET ${user})
      target_link_libraries(${user} PRIVATE segue_grammar)
    endif()
  endforeach()
endfunction()
