package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite"
)

// What FerretDB 1.24 writes into its queries for a document's _id. The index that it makes is on
// another expression of the same value, so that SQLite reads the whole table to find one _id.
const idExpression = `_ferretdb_sjson->'$._id'`

// A function that gives the collections of a database the index by _id that a MongoDB server has,
// the first time that it is called for one.
func indexIds(folder string) func(database, collection string) {
	done := map[string]bool{}
	return func(database, collection string) {
		place := database + "/" + collection
		file := filepath.Join(folder, database+".sqlite")
		if _, err := os.Stat(file); err != nil || done[place] {
			return
		}
		check(indexIdsIn(file))
		done[place] = true
	}
}

func indexIdsIn(file string) error {
	database, err := sql.Open("sqlite", "file:"+file+"?mode=rw&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer database.Close()
	var statements []string
	rows, err := database.Query(`SELECT name FROM sqlite_schema WHERE type = 'table'
		AND name NOT LIKE '%ferretdb%' AND name NOT LIKE 'sqlite%'
		AND name || '_by_id' NOT IN (SELECT name FROM sqlite_schema WHERE type = 'index')`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return err
		}
		statements = append(statements, fmt.Sprintf("CREATE INDEX IF NOT EXISTS %q ON %q (%s)",
			table+"_by_id", table, idExpression))
	}
	if err := rows.Err(); err != nil || len(statements) == 0 {
		return err
	}
	_, err = database.Exec(strings.Join(statements, ";"))
	return err
}
