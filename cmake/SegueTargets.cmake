# segue_library(NAME DIR [NO_EXCEPTIONS] [THREADS] [DEPS target...])
#   The static library NAME of DIR/*.cc without main.cc and *_test.cc; an interface library while
#   the folder has none. A cmd_*.cc is a subcommand, cmd_test.cc too. The *_test.cc become the
#   executable NAME_test, one ctest entry; with THREADS the thread sanitizer runs it too. DEPS are
#   public: an arrow is seen by all above it.
function(segue_library NAME DIR)
  cmake_parse_arguments(ARG "NO_EXCEPTIONS;THREADS" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  file(GLOB commands CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${DIR}/cmd_*.cc)
  list(APPEND sources ${commands})
  list(REMOVE_DUPLICATES sources)
  if(sources)
    add_library(${NAME} STATIC ${sources})
    target_link_libraries(${NAME} PUBLIC ${ARG_DEPS})
    if(ARG_NO_EXCEPTIONS)
      target_compile_options(${NAME} PRIVATE -fno-exceptions)
    endif()
  else()
    add_library(${NAME} INTERFACE)
    target_link_libraries(${NAME} INTERFACE ${ARG_DEPS})
  endif()
  set(labels "")
  if(ARG_THREADS)
    set(labels threads)
  endif()
  segue_tests(${NAME}_test ${DIR} LABELS ${labels} DEPS ${NAME})
  segue_headers(${NAME}_headers ${DIR} DEPS ${ARG_DEPS})
endfunction()

# segue_tests(NAME DIR [LABELS label...] [DEPS target...])
#   The executable NAME of DIR/*_test.cc, registered with ctest under the label `unit` and LABELS
#   (`threads`); the target `tests_LABEL` builds all tests of a label. Tests run from the root, so
#   that they can name files of the tree.
function(segue_tests NAME DIR)
  cmake_parse_arguments(ARG "" "" "LABELS;DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${DIR}/*_test.cc)
  list(FILTER sources EXCLUDE REGEX "/cmd_test\\.cc$")
  if(NOT SEGUE_TESTS OR NOT sources)
    return()
  endif()
  add_executable(${NAME} ${sources})
  target_link_libraries(${NAME} PRIVATE ${ARG_DEPS} GTest::gtest_main GTest::gmock)
  add_test(NAME ${NAME} COMMAND ${NAME} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set(labels unit ${ARG_LABELS})
  set_tests_properties(${NAME} PROPERTIES LABELS "${labels}" TIMEOUT 900)
  foreach(label IN LISTS labels)
    add_dependencies(tests_${label} ${NAME})
  endforeach()
endfunction()
add_custom_target(tests_unit)
add_custom_target(tests_threads)

# segue_headers(NAME DIR [DEPS target...])
#   The objects NAME, part of target `headers`: each header of DIR compiled alone, so that it names
#   all it needs. Twice in one file, so that it guards itself.
function(segue_headers NAME DIR)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
       ${PROJECT_SOURCE_DIR}/${DIR}/*.h)
  if(NOT headers)
    return()
  endif()
  set(sources "")
  foreach(header IN LISTS headers)
    set(source ${PROJECT_BINARY_DIR}/generated/headers/${header}.cc)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
    list(APPEND sources ${source})
  endforeach()
  add_library(${NAME} OBJECT EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(${NAME} PRIVATE ${ARG_DEPS})
  target_compile_options(${NAME} PRIVATE -O0 -Wno-unused-function)
  add_dependencies(headers ${NAME})
endfunction()
add_custom_target(headers)

# segue_find_archive(VAR NAME)
#   What to link for the library NAME: its archive, and in a shared library its shared object, since
#   Debian's archives cannot be part of one.
function(segue_find_archive VAR NAME)
  find_library(${VAR}_ARCHIVE NAMES lib${NAME}.a ${NAME} REQUIRED)
  find_library(${VAR}_OBJECT NAMES ${NAME} REQUIRED)
  set(in_shared $<STREQUAL:$<TARGET_PROPERTY:TYPE>,SHARED_LIBRARY>)
  set(${VAR} $<IF:${in_shared},${${VAR}_OBJECT},${${VAR}_ARCHIVE}> PARENT_SCOPE)
endfunction()

# segue_use_rocksdb(TARGET)
#   Of rocks_store.cc and no_store.cc keeps the one that SEGUE_ROCKSDB asks for, and links it.
function(segue_use_rocksdb TARGET)
  get_target_property(sources ${TARGET} SOURCES)
  if(SEGUE_ROCKSDB)
    list(FILTER sources EXCLUDE REGEX "/no_store\\.cc$")
    segue_find_archive(rocksdb rocksdb)
    # What the archive needs; a shared library of it names these itself.
    foreach(part snappy bz2 lz4 zstd)
      segue_find_archive(${part} ${part})
      list(APPEND rocksdb ${${part}})
    endforeach()
    target_link_libraries(${TARGET} PUBLIC ${rocksdb} ZLIB::ZLIB)
  else()
    list(FILTER sources EXCLUDE REGEX "/rocks_store\\.cc$")
  endif()
  set_target_properties(${TARGET} PROPERTIES SOURCES "${sources}")
endfunction()

# segue_embed(OUTPUT SYMBOL FILE)
#   A rule that makes OUTPUT, a .cc with `const unsigned char SYMBOL[]` and `const size_t
#   SYMBOL_size`: the bytes of FILE, and a zero after them that the size does not count.
function(segue_embed OUTPUT SYMBOL FILE)
  add_custom_command(
    OUTPUT ${OUTPUT}
    COMMAND ${CMAKE_COMMAND} -DIN=${FILE} -DOUT=${OUTPUT} -DSYMBOL=${SYMBOL}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${FILE} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
endfunction()

# segue_embed_texts(TARGET SYMBOL FILE...)
#   The static library TARGET of `const char* const SYMBOL[][2]`, a table of {name, text} that ends
#   with {nullptr, nullptr}. A name is the file's without folder and extension.
function(segue_embed_texts TARGET SYMBOL)
  set(output ${PROJECT_BINARY_DIR}/generated/${SYMBOL}.cc)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DTEXTS=${ARGN}" -DOUT=${output} -DSYMBOL=${SYMBOL}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
  add_library(${TARGET} STATIC ${output})
endfunction()

# `segue_generator_identity`, a hash of the generator's sources and of those of the runtime whose
# layouts and habits the code it makes knows: code that another one made is not run, be it from a
# cache or built ahead of time.
function(segue_embed_identity TARGET)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/compiler/codegen/*.cc
       ${PROJECT_SOURCE_DIR}/compiler/codegen/*.h ${PROJECT_SOURCE_DIR}/compiler/codegen/*.def
       ${PROJECT_SOURCE_DIR}/runtime/base/*.h ${PROJECT_SOURCE_DIR}/runtime/image/*
       ${PROJECT_SOURCE_DIR}/runtime/cells/* ${PROJECT_SOURCE_DIR}/runtime/interp/*
       ${PROJECT_SOURCE_DIR}/runtime/native/*)
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  set(output ${PROJECT_BINARY_DIR}/generated/generator_identity.cc)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${sources}" -DOUT=${output} -DSYMBOL=segue_generator_identity
            -P ${PROJECT_SOURCE_DIR}/cmake/identity.cmake
    DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/cmake/identity.cmake
    VERBATIM)
  target_sources(${TARGET} PRIVATE ${output})
endfunction()

# segue_add_folders(GLOB...)
#   Adds the folders that have a CMakeLists.txt, each once, in this order; looks again at every
#   build.
function(segue_add_folders)
  set(folders "")
  foreach(glob IN LISTS ARGN)
    file(GLOB found CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
         ${PROJECT_SOURCE_DIR}/${glob}/CMakeLists.txt)
    list(APPEND folders ${found})
  endforeach()
  list(TRANSFORM folders REPLACE "/CMakeLists.txt$" "")
  list(REMOVE_DUPLICATES folders)
  foreach(folder IN LISTS folders)
    add_subdirectory(${PROJECT_SOURCE_DIR}/${folder} ${PROJECT_BINARY_DIR}/${folder})
  endforeach()
endfunction()
