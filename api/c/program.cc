#include "api/c/handles.h"
#include "segue/build.h"

using segue::c::check;
using segue::c::fail;
using segue::c::text_of;

extern "C" {

segue_status segue_program_open(const void* image, size_t size, segue_program** program) {
  if (program == nullptr) return fail(SEGUE_MISUSE, "program is null");
  if (image == nullptr && size != 0) return fail(SEGUE_MISUSE, "image is null");
  std::shared_ptr<const segue::CompiledProgram> opened;
  const std::span bytes(static_cast<const std::byte*>(image), size);
  SEGUE_C_TRY(segue::c::status_of(segue::open_program(bytes, opened)));
  *program = segue::c::handle_of(std::move(opened));
  return SEGUE_OK;
}

segue_status segue_program_open_built(const segue_built_program* built, segue_program** program) {
  if (program == nullptr) return fail(SEGUE_MISUSE, "program is null");
  if (built == nullptr) return fail(SEGUE_MISUSE, "built is null");
  std::shared_ptr<const segue::CompiledProgram> opened;
  SEGUE_C_TRY(segue::c::status_of(segue::open_built(*built, opened)));
  *program = segue::c::handle_of(std::move(opened));
  return SEGUE_OK;
}

void segue_program_free(segue_program* program) {
  if (program == nullptr || check(program, "program") != SEGUE_OK) return;
  segue::c::note_freed(program);
  delete program;
}

segue_status segue_program_image(const segue_program* program, const void** image, size_t* size) {
  SEGUE_C_TRY(check(program, "program"));
  if (image == nullptr || size == nullptr) return fail(SEGUE_MISUSE, "image or size is null");
  const std::span<const std::byte> bytes = program->program->image();
  *image = bytes.data();
  *size = bytes.size();
  return SEGUE_OK;
}

uint64_t segue_program_identity(const segue_program* program) {
  return check(program, "program") == SEGUE_OK ? program->program->identity() : 0;
}

uint32_t segue_program_segments(const segue_program* program) {
  if (check(program, "program") != SEGUE_OK) return 0;
  return static_cast<uint32_t>(program->program->segments().size());
}

uint32_t segue_program_scores(const segue_program* program) {
  if (check(program, "program") != SEGUE_OK) return 0;
  return static_cast<uint32_t>(program->program->scores().size());
}

segue_text segue_program_segment_name(const segue_program* program, uint32_t segment) {
  if (segment >= segue_program_segments(program)) return text_of("");
  return text_of(program->program->segments()[segment].name);
}

segue_text segue_program_score_name(const segue_program* program, uint32_t score) {
  if (score >= segue_program_scores(program)) return text_of("");
  return text_of(program->program->scores()[score].name);
}

}  // extern "C"
