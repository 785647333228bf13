#!/bin/sh
chmod 777 /var/www/uploads # expect: generic-world-writable
chmod -R 0777 . # expect: generic-world-writable
chmod a+rw settings.ini # expect: generic-world-writable
