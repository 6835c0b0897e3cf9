# What is installed: the command, the headers, the runtime as a static library, the whole as a
# shared one, and how CMake and pkg-config find them. `make package` makes a Debian package and a
# tarball.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Without a compiler inside: what a service links that runs prebuilt programs.
add_library(segue_runtime STATIC)
foreach(part base image cells interp native engine ingest pack durable hosted c_calls)
  target_sources(segue_runtime PRIVATE $<TARGET_OBJECTS:segue_${part}>)
endforeach()
if(SEGUE_ROCKSDB)
  set(rocksdb_library rocksdb)
  set(rocksdb_package ", librocksdb-dev")
endif()
target_link_libraries(segue_runtime
  PRIVATE fmt::fmt simdjson::simdjson ZLIB::ZLIB Threads::Threads
  INTERFACE $<INSTALL_INTERFACE:zstd> $<INSTALL_INTERFACE:re2> $<INSTALL_INTERFACE:xxhash>
            $<INSTALL_INTERFACE:${rocksdb_library}>)
target_include_directories(segue_runtime
                           INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(segue_runtime INTERFACE cxx_std_20)
target_include_directories(segue_shared
                           INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(segue_runtime PROPERTIES EXPORT_NAME runtime)
set_target_properties(segue_shared PROPERTIES EXPORT_NAME compiler)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/segue)
install(TARGETS seg RUNTIME)
install(TARGETS segue_runtime EXPORT segueRuntime ARCHIVE)
install(TARGETS segue_shared EXPORT segueCompiler LIBRARY)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/segue DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN *.h)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
foreach(part Runtime Compiler)
  install(EXPORT segue${part} NAMESPACE segue:: DESTINATION ${config_dir})
endforeach()

set(made ${PROJECT_BINARY_DIR}/generated/install)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/segue-config.cmake.in
                              ${made}/segue-config.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${made}/segue-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${made}/segue-config.cmake ${made}/segue-config-version.cmake
        DESTINATION ${config_dir})
foreach(name segue segue-runtime)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${made}/${name}.pc @ONLY)
  install(FILES ${made}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME segue)
set(CPACK_PACKAGE_VENDOR Segue)
set(CPACK_PACKAGE_CONTACT "Segue maintainers <maintainers@example.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS
    "libfmt-dev, libsimdjson-dev, zlib1g-dev, libzstd-dev, libre2-dev, libxxhash-dev"
    ${rocksdb_package})
list(JOIN CPACK_DEBIAN_PACKAGE_RECOMMENDS "" CPACK_DEBIAN_PACKAGE_RECOMMENDS)
include(CPack)
