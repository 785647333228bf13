from psycopg import sql

TABLE = "users"


def count(cursor, table, name):
    cursor.execute("SELECT count(*) FROM users")
    cursor.execute(f"SELECT count(*) FROM {TABLE}")
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
    cursor.execute("SELECT * FROM users WHERE name = %s", (name,))
    message = f"select a file from {table}"
    print(message)
