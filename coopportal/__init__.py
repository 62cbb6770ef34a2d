"""The portal's frame: settings, addresses, and leaf modules that know no app."""
