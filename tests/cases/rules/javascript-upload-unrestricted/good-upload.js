const multer = require("multer");

const upload = multer({
  dest: "uploads/",
  limits: { fileSize: 5e6 },
  fileFilter: (req, file, cb) => cb(null, TYPES.includes(file.mimetype)),
});
