const fs = require("fs");
const path = require("path");
const unzipper = require("unzipper");

fs.createReadStream("in.zip")
  .pipe(unzipper.Parse())
  .on("entry", (entry) => {
    entry.pipe(fs.createWriteStream(path.join("out", path.basename(entry.path))));
  });
