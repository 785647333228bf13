const fs = require("fs");
const path = require("path");
const unzipper = require("unzipper");

fs.createReadStream("in.zip")
  .pipe(unzipper.Parse())
  .on("entry", (entry) => {
    entry.pipe(fs.createWriteStream(path.join("out", entry.path))); // expect: javascript-archive-unpacked-unchecked
  });
