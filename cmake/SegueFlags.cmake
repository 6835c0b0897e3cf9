# Flags shared by every target. Whatever changes the meaning of floating point or of the language
# stands here and only here: interpreter, JIT and naive evaluator must agree to the last bit.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

# NDEBUG silences the assertions of third-party headers; ours are SEGUE_CHECK and stay in every
# build.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g -fno-omit-frame-pointer -DNDEBUG")

# Designated initializers name what differs from the default; leaving the rest out is their point.
add_compile_options(-Wall -Wextra -Wno-missing-field-initializers -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict)  # false on `"text" + std::string`: GCC bug 105651
endif()
if(SEGUE_WERROR)
  add_compile_options(-Werror)
endif()
include_directories(${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)

if(SEGUE_SANITIZE)
  add_compile_options(-fsanitize=${SEGUE_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SEGUE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # Looks for a type hash in front of the callee; code made at run time has none.
    add_compile_options(-fno-sanitize=function)
  endif()
endif()
if(SEGUE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Paths inside the tree are made relative to it, so that clones of the tree share what was compiled.
find_program(SEGUE_CCACHE ccache)
if(SEGUE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${SEGUE_CCACHE})
endif()
find_program(SEGUE_MOLD mold)
if(SEGUE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
