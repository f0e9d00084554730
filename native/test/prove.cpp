// prove ZKEY WTNS: the proof of every engine that this processor runs, one a line, in hexadecimal, under a fixed blinding.
#include "valid.hpp"

int main(int, char** argv) {
  const File zkey = readFile(argv[1]), wtns = readFile(argv[2]);
  for (const zk::Engine* engine : zk::availableEngines())
    for (unsigned threads : {1U, 2U})
      std::printf("%s %s\n", engine->name, hex(proofOf(*engine, {zkey.data(), zkey.size()}, {wtns.data(), wtns.size()}, threads)).c_str());
}
