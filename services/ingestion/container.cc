// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/container.h"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/stuf_envelope.h"
#include "services/ingestion/xml_text.h"

namespace nmd::ingestion {
namespace {

// libzip takes memory for each entry of the directory before it says how many there are. Counted by their signature first: a
// stored file may hold the signature by chance, so there is room above kMaxZipEntries.
constexpr int kMaxDirectorySignatures = 1000;
constexpr uint64_t kSmallEntry = 1 << 20;

constexpr absl::string_view kNested =
    "Een container in een container wordt niet gelezen. Lever de berichten los aan, of in één zip.";
constexpr absl::string_view kNoMessage =
    "Dit is geen XML-bericht. Lever alleen iJw- en iWmo-berichten aan, los, in een envelop of in een zip.";

bool IsZip(absl::string_view bytes) { return absl::StartsWith(bytes, "PK\3\4") || absl::StartsWith(bytes, "PK\5\6"); }

// A workbook is a zip too, with this file in it, and with a directory at its end that says so.
bool IsWorkbook(absl::string_view bytes) {
  const size_t tail = std::min(bytes.size(), size_t{65'536});
  return absl::StrContains(bytes.substr(bytes.size() - tail), "[Content_Types].xml");
}

Finding ZipFinding(std::string place, absl::string_view text) { return Structural("ZIP", std::move(place), std::string(text)); }

// The message in bytes that are an envelope, or a finding why there is none.
std::optional<std::string> Opened(absl::string_view bytes, std::vector<Finding>* findings) {
  Envelope envelope = ReadEnvelope(bytes);
  for (Finding& finding : envelope.findings) findings->push_back(std::move(finding));
  if (envelope.kind == Envelope::Kind::kText) {
    findings->push_back(
        Structural("ENVELOP", "parameters/bericht/tekstBestand",
                   "In de envelop zit een tekstbestand. Alleen XML-berichten worden gelezen; een export levert u "
                   "zonder envelop aan, bij de bron waar hij bij hoort."));
  }
  if (envelope.kind != Envelope::Kind::kXml) return std::nullopt;
  const bool nested = ContainerKindOf(envelope.content) != ContainerKind::kNone;
  if (!nested && LooksLikeXml(envelope.content)) return std::move(envelope.content);
  findings->push_back(Structural("ENVELOP", "parameters/bericht/xmlBestand", std::string(nested ? kNested : kNoMessage)));
  return std::nullopt;
}

// The zip library owns nothing of the bytes.
class Zip {
 public:
  // Adds a finding when it cannot be opened.
  Zip(absl::string_view bytes, std::vector<Finding>* findings) {
    int signatures = 0;
    for (size_t at = bytes.find("PK\1\2"); at != absl::string_view::npos; at = bytes.find("PK\1\2", at + 4)) {
      if (++signatures > kMaxDirectorySignatures) {
        TooMany(findings);
        return;
      }
    }
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source != nullptr) zip_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
    if (source != nullptr && zip_ == nullptr) zip_source_free(source);
    zip_error_fini(&error);
    if (zip_ == nullptr) {
      findings->push_back(ZipFinding("bestand", "Het zipbestand is beschadigd. Maak het opnieuw en lever het weer aan."));
      return;
    }
    count_ = zip_get_num_entries(zip_.get(), 0);
    if (count_ > kMaxZipEntries) {
      TooMany(findings);
      return;
    }
    if (count_ == 0) {
      findings->push_back(ZipFinding("bestand", "Het zipbestand is leeg. Doe de berichten erin en lever het weer aan."));
    }
    uint64_t total = 0;
    for (int64_t i = 0; i < count_; ++i) {
      zip_stat_t stat;
      if (Stat(i, &stat)) total += std::min(stat.size, kMaxUnpackedBytes + 1);
    }
    if (total > kMaxUnpackedBytes) {
      count_ = 0;
      findings->push_back(
          ZipFinding("bestand", absl::StrCat("Uitgepakt is het zipbestand groter dan ", kMaxUnpackedBytes / 1'000'000,
                                             " MB. Het is niet uitgepakt. Verdeel de berichten over meer zipbestanden.")));
    }
  }

  int64_t count() const { return count_; }
  bool IsFolder(int64_t index) const {
    const char* name = zip_get_name(zip_.get(), static_cast<zip_uint64_t>(index), ZIP_FL_ENC_RAW);
    zip_stat_t stat;
    return name != nullptr && absl::EndsWith(name, "/") && Stat(index, &stat) && stat.size == 0;
  }

  // The bytes of an entry; why not otherwise.
  std::optional<std::string> Read(int64_t index, absl::string_view* why) const {
    zip_stat_t stat;
    *why = "Dit bestand in de zip is beschadigd. Maak de zip opnieuw.";
    if (!Stat(index, &stat)) return std::nullopt;
    if (stat.encryption_method != ZIP_EM_NONE) {
      *why = "Dit bestand in de zip is versleuteld. Lever het zonder wachtwoord aan.";
      return std::nullopt;
    }
    if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
      *why = "Dit bestand in de zip is op een ongewone manier ingepakt. Maak de zip opnieuw met de methode deflate.";
      return std::nullopt;
    }
    if (stat.size > kMaxMessageBytes) {
      *why = "Dit bestand in de zip is uitgepakt groter dan 25 MB (OP179). Verdeel de inhoud over meer berichten.";
      return std::nullopt;
    }
    if (stat.size > kSmallEntry && stat.size / kMaxShrinkage > stat.comp_size) {
      *why = "Dit bestand in de zip wordt bij het uitpakken verdacht veel groter. Het is niet uitgepakt.";
      return std::nullopt;
    }
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(
        zip_fopen_index(zip_.get(), static_cast<zip_uint64_t>(index), 0), zip_fclose);
    if (file == nullptr) return std::nullopt;
    // One byte more than it says, so that the end is seen, where the checksum is compared.
    std::string bytes(stat.size + 1, '\0');
    size_t size = 0;
    while (size < bytes.size()) {
      const zip_int64_t read = zip_fread(file.get(), bytes.data() + size, bytes.size() - size);
      if (read < 0) return std::nullopt;
      if (read == 0) break;
      size += static_cast<size_t>(read);
    }
    if (size != stat.size) return std::nullopt;
    bytes.resize(size);
    return bytes;
  }

 private:
  void TooMany(std::vector<Finding>* findings) {
    count_ = 0;
    findings->push_back(ZipFinding("bestand", absl::StrCat("In het zipbestand zitten meer dan ", kMaxZipEntries,
                                                           " bestanden. Verdeel ze over meer zipbestanden.")));
  }
  bool Stat(int64_t index, zip_stat_t* stat) const {
    constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    return zip_stat_index(zip_.get(), static_cast<zip_uint64_t>(index), 0, stat) == 0 && (stat->valid & kNeeded) == kNeeded;
  }

  std::unique_ptr<zip_t, void (*)(zip_t*)> zip_{nullptr, zip_discard};
  int64_t count_ = 0;
};

// The message in an entry of a zip; nothing for a folder, and a finding for what is none.
std::optional<std::string> ReadEntry(const Zip& zip, int64_t index, std::vector<Finding>* findings) {
  if (zip.IsFolder(index)) return std::nullopt;
  const std::string place = absl::StrCat("bestand ", index + 1);
  absl::string_view why;
  std::optional<std::string> bytes = zip.Read(index, &why);
  const ContainerKind kind = bytes ? ContainerKindOf(*bytes) : ContainerKind::kNone;
  if (kind == ContainerKind::kZip) {
    why = kNested;
  } else if (kind == ContainerKind::kEnvelope) {
    const size_t first = findings->size();
    std::optional<std::string> message = Opened(*bytes, findings);
    for (size_t i = first; i < findings->size(); ++i) {
      (*findings)[i].place = absl::StrCat(place, ", ", (*findings)[i].place);
    }
    return message;
  } else if (bytes && LooksLikeXml(*bytes)) {
    return bytes;
  } else if (bytes) {
    why = kNoMessage;
  }
  findings->push_back(ZipFinding(place, why));
  return std::nullopt;
}

}  // namespace

ContainerKind ContainerKindOf(absl::string_view bytes) {
  if (IsZip(bytes)) return IsWorkbook(bytes) ? ContainerKind::kNone : ContainerKind::kZip;
  // A message that mentions StUF is a message.
  return IsEnvelope(bytes) && Recognise(bytes).kind == FileKind::kOther ? ContainerKind::kEnvelope : ContainerKind::kNone;
}

std::vector<Finding> ReadContainer(absl::string_view bytes, absl::FunctionRef<void(int position, std::string message)> take) {
  std::vector<Finding> findings;
  int taken = 0;
  const auto give = [&](int position, std::optional<std::string> message) {
    if (!message) return;
    ++taken;
    take(position, *std::move(message));
  };
  if (IsZip(bytes)) {
    const Zip zip(bytes, &findings);
    for (int64_t i = 0; i < zip.count(); ++i) give(static_cast<int>(i) + 1, ReadEntry(zip, i, &findings));
    if (taken == 0 && findings.empty()) {
      findings.push_back(ZipFinding("bestand", "In het zipbestand zitten alleen mappen. Doe de berichten erin."));
    }
  } else {
    give(1, Opened(bytes, &findings));
  }
  if (taken > 0) {
    for (Finding& finding : findings) finding.fatal = false;
  }
  return findings;
}

std::optional<std::string> ReadPart(absl::string_view bytes, int position) {
  std::vector<Finding> ignored;
  if (!IsZip(bytes)) return position == 1 ? Opened(bytes, &ignored) : std::nullopt;
  const Zip zip(bytes, &ignored);
  if (position < 1 || position > zip.count()) return std::nullopt;
  return ReadEntry(zip, position - 1, &ignored);
}

}  // namespace nmd::ingestion
