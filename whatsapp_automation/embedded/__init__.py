"""The services and processes of one machine: what ``script/server``, ``script/test`` and ``script/bench`` stand on.

    machine       .venv, packages, Tesseract: before there are any packages
    server        script/server           testrun, benchrun   script/test, script/bench
    audit         a step of script/test: known weaknesses of the pinned packages
    stack         all of it together, for those three and for end-to-end tests
    programs      the list of the product's processes
    environment   the settings that they get      dotenv   reads .env      keys   generated secrets
    supervisor    starts, watches, restarts and stops named programs       tail   follows their logs
    leash         a child that ends when its parent ends                   foreground   one that shares the terminal
    orphans       stops what a killed supervisor left behind               lock   one server per folder
    postgres      PostgreSQL from its wheel; postgres_home: whose it is and where its data lie
    valkey        Valkey from its wheel
    paths, ports, terminal

Nothing here imports Django or the product: it runs before them and beside them.
"""
