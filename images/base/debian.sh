#!/bin/sh
# Brings a Debian that came by pull, or by debootstrap, to the same packages and settings. Runs once, inside the build.
set -eu
export DEBIAN_FRONTEND=noninteractive

# The mirror it came from, with the updates and the security archive beside it, in one file.
mirror=$(sed -n 's/^URIs: *//p; s/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
cat >/etc/apt/sources.list.d/debian.sources <<END
Types: deb
URIs: $mirror
Suites: trixie trixie-updates
Components: main
Signed-By: $keyring

Types: deb
URIs: ${mirror%/}-security
Suites: trixie-security
Components: main
Signed-By: $keyring
END

# What is installed later comes without documentation, without recommendations, and without flushing every file to disk.
rm -f /etc/apt/apt.conf.d/docker-* /etc/dpkg/dpkg.cfg.d/docker* /usr/sbin/policy-rc.d
cat >/etc/apt/apt.conf.d/sandpool <<END
APT::Install-Recommends "false";
APT::Install-Suggests "false";
Acquire::Languages "none";
Acquire::Retries "3";
END
cat >/etc/dpkg/dpkg.cfg.d/sandpool <<END
force-unsafe-io
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/lintian/*
END
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d

apt-get -qq update
apt-get -qqy dist-upgrade >/dev/null
# Everything is optional that is neither essential, required, apt itself, nor needed by one of those.
apt-mark auto $(apt-mark showmanual) >/dev/null
apt-mark manual apt debian-archive-keyring $(dpkg-query -Wf '${Package} ${Priority} ${Essential}\n' | awk '$2 == "required" || $3 == "yes" { print $1 }') >/dev/null
# Sandboxes have an empty /etc/hosts: this is how they know localhost.
apt-get -qqy install libnss-myhostname >/dev/null
apt-get -qqy autoremove --purge >/dev/null
