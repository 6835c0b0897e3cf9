#include "runtime/native/built.h"

#include "api/runtime/outcomes.h"
#include "api/runtime/program_state.h"
#include "segue/build.h"

namespace segue {

Outcome open_built(const segue_built_program& built,
                   std::shared_ptr<const CompiledProgram>& into) noexcept {
  const auto* const first = static_cast<const std::byte*>(built.image);
  if (built.format != SEGUE_BUILT_FORMAT) {
    return {Fault::kUnsupported, "the program was built by another version: build it again"};
  }
  if (first == nullptr) return {Fault::kInvalid, "the program has no image"};
  auto image = image::Image::open({first, first + built.image_bytes});
  if (!image) return outcome_of(image.error());
  auto code = native::code_of(built, image->view());
  if (!code) return outcome_of(code.error());
  auto described = describe_image(std::move(image).value());
  described->program->install(std::move(code).value());
  into = std::make_shared<CompiledProgram>(std::move(described));
  return {};
}

}  // namespace segue
