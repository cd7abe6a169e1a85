using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Schedules : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Occurrences",
                columns: table => new
                {
                    ScheduleId = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    Id = table.Column<string>(type: "character varying(48)", maxLength: 48, nullable: false, collation: "C"),
                    Kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    ScheduledFor = table.Column<long>(type: "bigint", nullable: false),
                    State = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    Run = table.Column<int>(type: "integer", nullable: false),
                    Reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true, collation: "C"),
                    Actor = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: true, collation: "C"),
                    Data = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    ReportId = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true, collation: "C"),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false),
                    BegunAt = table.Column<long>(type: "bigint", nullable: true),
                    UpdatedAt = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Occurrences", x => new { x.ScheduleId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "Schedules",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    Uid = table.Column<Guid>(type: "uuid", nullable: false),
                    Publisher = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    Owner = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false, collation: "C"),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    Cron = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    TimeZone = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    Jitter = table.Column<long>(type: "bigint", nullable: false),
                    Overlap = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    CatchUp = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    CatchUpWindow = table.Column<long>(type: "bigint", nullable: false),
                    ProtectedReport = table.Column<byte[]>(type: "bytea", nullable: false),
                    Connections = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false, collation: "C"),
                    ProtectedSource = table.Column<byte[]>(type: "bytea", nullable: true),
                    IsPaused = table.Column<bool>(type: "boolean", nullable: false),
                    LastAction = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false, collation: "C"),
                    LastActor = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false, collation: "C"),
                    LastReason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true, collation: "C"),
                    LastActionAt = table.Column<long>(type: "bigint", nullable: false),
                    PlannedUntil = table.Column<long>(type: "bigint", nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false),
                    CreatedAt = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Schedules", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Occurrences_ReportId",
                table: "Occurrences",
                column: "ReportId");

            migrationBuilder.CreateIndex(
                name: "IX_Occurrences_ScheduleId_CreatedAt",
                table: "Occurrences",
                columns: new[] { "ScheduleId", "CreatedAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Occurrences");

            migrationBuilder.DropTable(
                name: "Schedules");
        }
    }
}
