const multer = require("multer");

const upload = multer({ dest: "uploads/" }); // expect: javascript-upload-unrestricted
