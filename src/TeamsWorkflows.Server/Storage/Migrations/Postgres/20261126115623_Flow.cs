using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Flow : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_State_Id",
                table: "Deliveries");

            migrationBuilder.AddColumn<long>(
                name: "NotifiedAt",
                table: "Reports",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Policies",
                table: "Reports",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<byte[]>(
                name: "ProtectedNotify",
                table: "Reports",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ResendOf",
                table: "Deliveries",
                type: "character varying(48)",
                maxLength: 48,
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "DeliveryWords",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    DeliveryId = table.Column<string>(type: "character varying(48)", maxLength: 48, nullable: false, collation: "C"),
                    At = table.Column<long>(type: "bigint", nullable: false),
                    Word = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    Actor = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false, collation: "C"),
                    Reason = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DeliveryWords", x => x.Id);
                    table.ForeignKey(
                        name: "FK_DeliveryWords_Deliveries_DeliveryId",
                        column: x => x.DeliveryId,
                        principalTable: "Deliveries",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

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
                name: "Paces",
                columns: table => new
                {
                    Key = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false, collation: "C"),
                    NextSlot = table.Column<long>(type: "bigint", nullable: false),
                    StoodStill = table.Column<long>(type: "bigint", nullable: false),
                    BlockedUntil = table.Column<long>(type: "bigint", nullable: false),
                    BlockedFor = table.Column<long>(type: "bigint", nullable: false),
                    Stops = table.Column<int>(type: "integer", nullable: false),
                    Day = table.Column<DateOnly>(type: "date", nullable: false),
                    Used = table.Column<int>(type: "integer", nullable: false),
                    LastStopped = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: true, collation: "C"),
                    LastStoppedUntil = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Paces", x => x.Key);
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
                name: "IX_Reports_CreatedAt",
                table: "Reports",
                column: "CreatedAt");

            migrationBuilder.CreateIndex(
                name: "IX_ParkedRuns_CaseId_DeliveryId",
                table: "ParkedRuns",
                columns: new[] { "CaseId", "DeliveryId" });

            migrationBuilder.CreateIndex(
                name: "IX_ParkedRuns_DeliveryId",
                table: "ParkedRuns",
                column: "DeliveryId");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ChannelId_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "ChannelId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "ConnectionId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_State_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "State", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_DeliveryWords_DeliveryId",
                table: "DeliveryWords",
                column: "DeliveryId");

            migrationBuilder.CreateIndex(
                name: "IX_Occurrences_ReportId",
                table: "Occurrences",
                column: "ReportId");

            migrationBuilder.CreateIndex(
                name: "IX_Occurrences_ScheduleId_CreatedAt",
                table: "Occurrences",
                columns: new[] { "ScheduleId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Occurrences_ScheduleId_State_UpdatedAt",
                table: "Occurrences",
                columns: new[] { "ScheduleId", "State", "UpdatedAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DeliveryWords");

            migrationBuilder.DropTable(
                name: "Intakes");

            migrationBuilder.DropTable(
                name: "Occurrences");

            migrationBuilder.DropTable(
                name: "Paces");

            migrationBuilder.DropTable(
                name: "Schedules");

            migrationBuilder.DropIndex(
                name: "IX_Reports_CreatedAt",
                table: "Reports");

            migrationBuilder.DropIndex(
                name: "IX_ParkedRuns_CaseId_DeliveryId",
                table: "ParkedRuns");

            migrationBuilder.DropIndex(
                name: "IX_ParkedRuns_DeliveryId",
                table: "ParkedRuns");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ChannelId_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_State_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "NotifiedAt",
                table: "Reports");

            migrationBuilder.DropColumn(
                name: "Policies",
                table: "Reports");

            migrationBuilder.DropColumn(
                name: "ProtectedNotify",
                table: "Reports");

            migrationBuilder.DropColumn(
                name: "ResendOf",
                table: "Deliveries");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt",
                table: "Deliveries",
                columns: new[] { "ConnectionId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_State_Id",
                table: "Deliveries",
                columns: new[] { "State", "Id" });
        }
    }
}
