using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Intakes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Intakes",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    Uid = table.Column<Guid>(type: "uuid", nullable: false),
                    Publisher = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    Tool = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    Proof = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    SecretHeader = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false, collation: "C"),
                    ReplayWindow = table.Column<long>(type: "bigint", nullable: false),
                    KeyField = table.Column<string>(type: "character varying(600)", maxLength: 600, nullable: true, collation: "C"),
                    ProtectedReport = table.Column<byte[]>(type: "bytea", nullable: false),
                    ProtectedSecret = table.Column<byte[]>(type: "bytea", nullable: false),
                    ProtectedPreviousSecret = table.Column<byte[]>(type: "bytea", nullable: true),
                    PreviousSecretUntil = table.Column<long>(type: "bigint", nullable: true),
                    IsEnabled = table.Column<bool>(type: "boolean", nullable: false),
                    LastActor = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false, collation: "C"),
                    LastAt = table.Column<long>(type: "bigint", nullable: true),
                    Version = table.Column<long>(type: "bigint", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Intakes", x => x.Id);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Intakes");
        }
    }
}
