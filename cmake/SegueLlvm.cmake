# LLVM is pinned: its C++ API changes with every major version, and a machine's default may be
# another one.
set(SEGUE_LLVM_MAJOR 19)
find_package(LLVM ${SEGUE_LLVM_MAJOR}.1 REQUIRED CONFIG
             PATHS /usr/lib/llvm-${SEGUE_LLVM_MAJOR}/lib/cmake/llvm NO_DEFAULT_PATH)
find_program(SEGUE_CLANG NAMES clang++-${SEGUE_LLVM_MAJOR} clang++ HINTS ${LLVM_TOOLS_BINARY_DIR}
             REQUIRED)

# Cell bodies as bitcode for the JIT. Straight-line and scalar on purpose: the code generator clones
# single basic blocks and FastISel must accept them, and nothing may depend on the CPU of the
# machine that built them.
set(SEGUE_BODY_FLAGS
    -std=c++20 -O2 -DNDEBUG -fno-vectorize -fno-slp-vectorize -fno-exceptions
    -fno-rtti -fno-stack-protector -fno-asynchronous-unwind-tables -ffp-contract=off)

function(segue_use_llvm TARGET)
  get_target_property(type ${TARGET} TYPE)
  if(type STREQUAL INTERFACE_LIBRARY)
    return()
  endif()
  target_include_directories(${TARGET} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS})
  separate_arguments(definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
  target_compile_definitions(${TARGET} PRIVATE ${definitions})
  if(NOT LLVM_ENABLE_RTTI)
    target_compile_options(${TARGET} PRIVATE -fno-rtti)
  endif()
  foreach(user ${TARGET}_test ${TARGET}_headers)  # the test inspects bitcode
    if(TARGET ${user})
      target_include_directories(${user} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS})
    endif()
  endforeach()
  if(SEGUE_LLVM_SHARED)
    target_link_libraries(${TARGET} PRIVATE LLVM)
  else()
    llvm_map_components_to_libnames(libraries orcjit jitlink native bitreader object)
    target_link_libraries(${TARGET} PRIVATE ${libraries})
  endif()
  segue_embed_bodies(${TARGET})
endfunction()

# compiler/codegen/bodies.cc, when it exists, becomes `segue_bodies_bitcode` and
# `segue_bodies_bitcode_size`; it is never compiled into the library itself.
function(segue_embed_bodies TARGET)
  set(source ${PROJECT_SOURCE_DIR}/compiler/codegen/bodies.cc)
  file(GLOB found CONFIGURE_DEPENDS ${source})
  if(NOT found)
    return()
  endif()
  set_source_files_properties(${source} PROPERTIES HEADER_FILE_ONLY ON)
  set(bitcode ${PROJECT_BINARY_DIR}/generated/bodies.bc)
  add_custom_command(
    OUTPUT ${bitcode}
    COMMAND ${SEGUE_CLANG} ${SEGUE_BODY_FLAGS}
            -I${PROJECT_SOURCE_DIR} -I${PROJECT_SOURCE_DIR}/include
            -MD -MF ${bitcode}.d -MT ${bitcode} -emit-llvm -c ${source} -o ${bitcode}
    DEPENDS ${source}
    DEPFILE ${bitcode}.d
    COMMENT "Compiling cell bodies to bitcode"
    VERBATIM)
  segue_embed(${PROJECT_BINARY_DIR}/generated/bodies_bitcode.cc segue_bodies_bitcode ${bitcode})
  target_sources(${TARGET} PRIVATE ${PROJECT_BINARY_DIR}/generated/bodies_bitcode.cc)
endfunction()
