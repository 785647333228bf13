#!/bin/sh
chmod 750 /var/www/uploads
chmod +x run.sh
chmod -R 0644 docs
chmod u+rw,g+r settings.ini
chmod 1777 /tmp
